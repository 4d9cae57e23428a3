import { Replay } from "../replay";

let replay: Replay;
afterEach(() => replay.close());

test("SSH keys", async () => {
  replay = await Replay.start();
  const kind = "SshKey";
  const publicKey = "ssh-ed25519 AAAA t";
  let key = await replay.create(kind, "key", { publicKey });
  key = await replay.refresh(kind, key);
  key = await replay.update(kind, "labels", key, { publicKey, labels: { a: "1" } });
  key = await replay.update(kind, "name", key, { publicKey, name: "fixed", labels: { a: "1" } });
  key = await replay.update(kind, "labels removed", key, { publicKey, name: "fixed" });
  expect(await replay.import(kind, key.id)).toMatchObject({ id: key.id, inputs: { name: "fixed", publicKey } });
  expect((await replay.import(kind, "99999")).id).toBe("");
  replay.api.remove("ssh_keys", Number(key.id));
  expect((await replay.refresh(kind, key, "refresh 404")).id).toBe("");
  await replay.delete(kind, key, "delete 404");
  const second = await replay.create(kind, "key2", { publicKey, name: "n2" });
  await replay.delete(kind, second);
});

test("networks and subnets", async () => {
  replay = await Replay.start("Network create net");
  const ipRange = "10.0.0.0/16";
  let net = await replay.create("Network", "net", { ipRange });
  expect(net.outputs).toMatchObject({ ipRange, deleteProtection: false });
  net = await replay.refresh("Network", net);
  net = await replay.update("Network", "labels", net, { ipRange, labels: { a: "1" } });
  const all = { ipRange, labels: { a: "2" }, name: "nn", exposeRoutesToVswitch: true };
  net = await replay.update("Network", "labels+name+expose", net, all);
  net = await replay.update("Network", "protection", net, { ...all, deleteProtection: true });
  expect((await replay.deleteFails("Network", net, "delete protected")).message).toContain("(protected)");
  net = await replay.update("Network", "unprotect+labels removed", net, { ipRange, name: "nn" });

  const networkId = Number(net.id);
  const range = { networkId, type: "cloud", networkZone: "eu-central" };
  let subnet = await replay.create("NetworkSubnet", "sub", { ...range, ipRange: "10.0.1.0/24" });
  expect(subnet).toMatchObject({ id: `${net.id}-10.0.1.0/24`, outputs: { gateway: "10.0.0.1", vswitchId: null } });
  subnet = await replay.refresh("NetworkSubnet", subnet);
  await replay.create("NetworkSubnet", "strid", { ...range, networkId: net.id, ipRange: "10.0.7.0/24" });
  await replay.create("NetworkSubnet", "vsw", { ...range, type: "vswitch", ipRange: "10.0.3.0/24", vswitchId: 123 });
  const cut = await replay.create("NetworkSubnet", "hostbits", { ...range, ipRange: "10.0.9.5/24" });
  expect(cut.id).toBe(`${net.id}-10.0.9.0/24`);
  await replay.import("NetworkSubnet", subnet.id);

  await replay.delete("NetworkSubnet", subnet);
  expect((await replay.refresh("NetworkSubnet", subnet, "refresh gone subnet, network there")).id).toBe("");
  // Here the official plugin dies.
  await replay.delete("NetworkSubnet", subnet, "delete gone subnet, network there");

  const second = await replay.create("Network", "netb", { ipRange, name: "nb" });
  const lost = await replay.create("NetworkSubnet", "sub", { ...range, networkId: second.id, ipRange: "10.0.1.0/24" });
  replay.api.remove("networks", Number(second.id));
  expect((await replay.refresh("Network", second, "refresh 404")).id).toBe("");
  expect((await replay.refresh("NetworkSubnet", lost, "refresh network gone")).id).toBe("");
  await replay.delete("NetworkSubnet", lost, "delete network gone");
  await replay.delete("Network", second, "delete 404");

  const third = { ipRange, labels: { x: "y" }, exposeRoutesToVswitch: true, deleteProtection: true };
  let net3 = await replay.create("Network", "net3", third);
  await replay.import("Network", net3.id);
  expect((await replay.import("Network", "424242")).id).toBe("");
  expect((await replay.import("Network", String(net3.outputs.name))).id).toBe(net3.id);
  Object.assign(replay.api.get("networks", Number(net3.id)) ?? {}, { name: "moved", labels: { x: "z", more: "1" } });
  net3 = await replay.refresh("Network", net3, "refresh drift");
  expect(net3.inputs).toMatchObject({ name: "moved", labels: { x: "z" } });
  expect(net3.outputs.labels).toEqual({ x: "z", more: "1" });
  net3 = await replay.update("Network", "after drift", net3, third);
  expect(net3.outputs.name).toBe("moved");
});

test("placement groups", async () => {
  replay = await Replay.start("PlacementGroup create pg");
  const kind = "PlacementGroup";
  const type = "spread";
  let group = await replay.create(kind, "pg", { type });
  group = await replay.refresh(kind, group);
  group = await replay.update(kind, "labels", group, { type, labels: { a: "b" } });
  group = await replay.update(kind, "name", group, { type, labels: { a: "b" }, name: "x" });
  group = await replay.update(kind, "labels gone", group, { type, name: "x" });
  await replay.import(kind, group.id);
  await replay.delete(kind, group);
  expect((await replay.refresh(kind, group, "refresh 404")).id).toBe("");
  expect((await replay.deleteFails(kind, group, "delete 404")).message).toContain("not_found");
});
