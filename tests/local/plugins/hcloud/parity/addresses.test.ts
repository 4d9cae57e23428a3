import { Replay } from "../replay";

let replay: Replay;
afterEach(() => replay.close());

test("floating IPs and their assignments", async () => {
  replay = await Replay.start("FloatingIp create fip");
  const { api } = replay;
  const kind = "FloatingIp";
  const four = { type: "ipv4", homeLocation: "fsn1" };
  let ip = await replay.create(kind, "fip", four);
  expect(ip.outputs).toMatchObject({ ipAddress: "198.51.100.39", ipNetwork: null });
  ip = await replay.refresh(kind, ip);
  const named = { ...four, name: "fn", labels: { a: "b" } };
  ip = await replay.update(kind, "desc+labels+name", ip, { ...named, description: "d" });
  // An emptied description is not sent, so the difference stays, and every update says so again.
  ip = await replay.update(kind, "desc gone", ip, named);
  expect(await replay.diff(kind, ip, named)).toMatchObject({ diffs: ["description"] });
  const [one, two] = [api.seed("servers", {}), api.seed("servers", {})];
  ip = await replay.update(kind, "serverId", ip, { ...named, serverId: one });
  ip = await replay.update(kind, "serverId swap", ip, { ...named, serverId: two });
  ip = await replay.update(kind, "serverId unset", ip, named);
  expect(ip.outputs.serverId).toBe(two);
  ip = await replay.update(kind, "serverId 0", ip, { ...named, serverId: 0 });
  ip = await replay.update(kind, "protection", ip, { ...four, name: "fn", deleteProtection: true });
  ip = await replay.update(kind, "unprotect", ip, { ...four, name: "fn" });
  await replay.import(kind, ip.id);
  ip = await replay.refresh(kind, ip);

  const six = await replay.create(kind, "fip6", {
    type: "ipv6",
    serverId: one,
    description: "x",
    labels: { l: "1" },
    deleteProtection: true,
  });
  expect(six.outputs).toMatchObject({ ipAddress: "2001:db8:f::", ipNetwork: "2001:db8:f::/64" });
  await replay.refresh(kind, six);
  expect((await replay.deleteFails(kind, six, "delete protected")).message).toContain("(protected)");

  const floatingIpId = Number(ip.id);
  let assignment = await replay.create("FloatingIpAssignment", "fa", { floatingIpId, serverId: one });
  assignment = await replay.refresh("FloatingIpAssignment", assignment);
  const elsewhere = await replay.refresh(kind, ip, "refresh assigned elsewhere");
  expect(await replay.diff(kind, elsewhere, { ...four, name: "fn", description: "d" })).toMatchObject({
    changes: "none",
  });
  assignment = await replay.update("FloatingIpAssignment", "serverId", assignment, { floatingIpId, serverId: two });
  await replay.import("FloatingIpAssignment", ip.id);
  Object.assign(api.get("floating_ips", floatingIpId) ?? {}, { server: one });
  const drifted = await replay.refresh("FloatingIpAssignment", assignment, "refresh drift server");
  expect(drifted).toMatchObject({ inputs: { serverId: one }, outputs: { serverId: one } });
  await replay.delete("FloatingIpAssignment", assignment);
  expect((await replay.refresh("FloatingIpAssignment", assignment, "refresh unassigned")).id).toBe("");
  await replay.delete("FloatingIpAssignment", assignment, "delete unassigned");
  await replay.delete(kind, ip);
  expect((await replay.refresh(kind, ip, "refresh 404")).id).toBe("");
  await replay.delete(kind, ip, "delete 404");
  await replay.delete("FloatingIpAssignment", assignment, "delete fip gone");
});

test("primary IPs", async () => {
  replay = await Replay.start("PrimaryIp create pip");
  const { api } = replay;
  const kind = "PrimaryIp";
  const four = { type: "ipv4", location: "fsn1" };
  let ip = await replay.create(kind, "pip", four);
  expect(ip.outputs).toMatchObject({ assigneeId: 0, autoDelete: false, labels: {} });
  expect(ip.outputs).not.toHaveProperty("ipNetwork");
  ip = await replay.refresh(kind, ip);
  const named = { ...four, name: "pn" };
  const more = { ...named, labels: { a: "b" }, autoDelete: true };
  ip = await replay.update(kind, "name+labels+autoDelete", ip, more);
  ip = await replay.update(kind, "protection", ip, { ...more, deleteProtection: true });
  expect((await replay.deleteFails(kind, ip, "delete protected")).message).toContain("Status code: 403");
  ip = await replay.update(kind, "labels/autoDelete/protection unset", ip, named);
  const [one, two] = [api.seed("servers", {}), api.seed("servers", {})];
  const assigned = { type: "ipv4", name: "pn", assigneeId: one, assigneeType: "server" };
  ip = await replay.update(kind, "to assignee", ip, assigned);
  await replay.import(kind, ip.id);
  ip = await replay.refresh(kind, ip);

  const six = { type: "ipv6", assigneeType: "server", labels: { q: "w" }, autoDelete: true };
  let second = await replay.create(kind, "pip2", { ...six, assigneeId: one });
  expect(second.outputs).toMatchObject({ ipAddress: "2001:db8:a::", ipNetwork: "2001:db8:a::/64" });
  second = await replay.refresh(kind, second);
  second = await replay.update(kind, "assignee swap", second, { ...six, assigneeId: two });
  await replay.delete(kind, second, "delete assigned");
  const third = await replay.create(kind, "dc", { type: "ipv4", datacenter: "nbg1-dc3" });
  await replay.refresh(kind, third);
  api.remove("primary_ips", Number(ip.id));
  Object.assign(api.get("servers", one)?.public_net ?? {}, { ipv4: null });
  expect((await replay.refresh(kind, ip, "refresh 404")).id).toBe("");
  await replay.delete(kind, ip, "delete 404");
});

test("reverse DNS of each kind of owner", async () => {
  replay = await Replay.start("Rdns create rd");
  const { api } = replay;
  const kind = "Rdns";
  const serverId = api.seed("servers", {});
  const four = { serverId, ipAddress: "203.0.113.35" };
  let pointer = await replay.create(kind, "rd", { ...four, dnsPtr: "a.example.com" });
  expect(pointer.id).toBe(`s-${String(serverId)}-203.0.113.35`);
  pointer = await replay.refresh(kind, pointer);
  pointer = await replay.update(kind, "dnsPtr", pointer, { ...four, dnsPtr: "b.example.com" });
  await replay.import(kind, pointer.id);
  await replay.delete(kind, pointer);
  // Hetzner's own name is back, and counts as a difference.
  expect((await replay.refresh(kind, pointer, "refresh reset")).inputs.dnsPtr).toBe("static");

  const six = await replay.create(kind, "rd6", { serverId, ipAddress: "2001:db8:24::1", dnsPtr: "six.example.com" });
  await replay.refresh(kind, six);
  await replay.delete(kind, six);
  expect((await replay.refresh(kind, six, "refresh reset")).id).toBe("");

  const primaryIpId = api.seed("primary_ips", { type: "ipv4", name: "p" });
  const primary = await replay.create(kind, "rdpip", {
    primaryIpId,
    ipAddress: "203.0.113.35",
    dnsPtr: "p.example.com",
  });
  await replay.refresh(kind, primary);
  await replay.delete(kind, primary);
  expect((await replay.refresh(kind, primary, "refresh reset")).id).toBe("");

  const floatingIpId = api.seed("floating_ips", { type: "ipv4", name: "f" });
  const floating = await replay.create(kind, "rdfip", {
    floatingIpId,
    ipAddress: "198.51.100.39",
    dnsPtr: "f.example.com",
  });
  await replay.refresh(kind, floating);
  await replay.delete(kind, floating);

  api.seed("load_balancers", { name: "l" }, 50);
  const balancer = await replay.create(kind, "rdlb", {
    loadBalancerId: 50,
    ipAddress: "9.9.9.9",
    dnsPtr: "l.example.com",
  });
  await replay.delete(kind, balancer);
  await replay.createFails(kind, "bad4", { serverId: 1, ipAddress: "203.0.113.1", dnsPtr: "x.example.com" });
});
