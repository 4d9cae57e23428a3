import { Replay } from "../replay";

let replay: Replay;
afterEach(() => replay.close());

const ssh = { direction: "in", protocol: "tcp", port: "22", sourceIps: ["0.0.0.0/0", "::/0"] };
const ping = { direction: "in", protocol: "icmp", sourceIps: ["10.0.0.1"], description: "ping" };
const dns = { direction: "out", protocol: "udp", port: "53", destinationIps: ["1.1.1.1", "2001:DB8:0::/32"] };
const http = { direction: "in", protocol: "tcp", port: "80", sourceIps: ["0.0.0.0/0"] };

test("firewalls and what they apply to", async () => {
  replay = await Replay.start("Firewall create fw");
  const kind = "Firewall";
  let firewall = await replay.create(kind, "fw", { rules: [ssh, ping, dns] });
  // Neither the order of rules nor the spelling of addresses is a difference.
  expect(
    await replay.diff(kind, firewall, { rules: [dns, ssh, { ...ping, sourceIps: ["10.0.0.1/32"] }] }),
  ).toMatchObject({
    changes: "none",
  });
  firewall = await replay.refresh(kind, firewall);
  firewall = await replay.update(kind, "rule changed", firewall, { rules: [http] });
  firewall = await replay.update(kind, "name labels", firewall, { rules: [http], name: "fn", labels: { a: "b" } });
  // The official plugin makes no call here; the rules stay, and the next refresh shows them.
  firewall = await replay.update(kind, "rules removed", firewall, { name: "fn", labels: { a: "b" } });
  expect(firewall.outputs.rules).toEqual([]);
  firewall = await replay.refresh(kind, firewall, "refresh after rules removed");
  expect(firewall.outputs.rules).toHaveLength(1);

  const [one, two] = [replay.api.seed("servers", {}), replay.api.seed("servers", {})];
  const base = { name: "fn", labels: { a: "b" }, rules: [http] };
  const both = { ...base, applyTos: [{ server: one }, { labelSelector: "env=prod" }] };
  firewall = await replay.update(kind, "applyTo add", firewall, both);
  firewall = await replay.update(kind, "applyTo change", firewall, { ...base, applyTos: [{ server: two }] });
  expect(await replay.diff(kind, firewall, base)).toMatchObject({ changes: "none" });
  firewall = await replay.refresh(kind, firewall);
  await replay.import(kind, firewall.id);
  const second = await replay.create(kind, "fw2", {
    name: "fw2",
    labels: { l: "1" },
    applyTos: [{ labelSelector: "a" }],
  });
  await replay.delete(kind, second);
  await replay.delete(kind, firewall, "delete with applied");
  expect((await replay.refresh(kind, firewall, "refresh 404")).id).toBe("");

  const third = await replay.create(kind, "fw3", { name: "fw3" });
  const firewallId = Number(third.id);
  const applied_to = [
    { type: "server", server: { id: one } },
    { type: "label_selector", label_selector: { selector: "x=y" } },
  ];
  Object.assign(replay.api.get("firewalls", firewallId) ?? {}, { applied_to });
  const elsewhere = await replay.refresh(kind, third, "refresh attached elsewhere");
  expect(elsewhere.outputs.applyTos).toHaveLength(2);
  expect(await replay.diff(kind, elsewhere, { name: "fw3" })).toMatchObject({ changes: "none" });
});

test("a firewall that is in use is deleted a little later", async () => {
  replay = await Replay.start("Firewall create inuse");
  const firewall = await replay.create("Firewall", "inuse", { name: "inuse" });
  replay.api.faults.push({ method: "DELETE", path: /firewalls/, times: 2, status: 422, code: "resource_in_use" });
  await replay.delete("Firewall", firewall, "delete in use twice");
});
