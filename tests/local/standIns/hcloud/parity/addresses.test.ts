import { Replay } from "../replay";

let replay: Replay;
afterEach(() => replay.close());

test("floating IPs", async () => {
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
  Object.assign(api.get("floating_ips", floatingIpId) ?? {}, { server: one });
  const elsewhere = await replay.refresh(kind, ip, "refresh assigned elsewhere");
  expect(await replay.diff(kind, elsewhere, { ...four, name: "fn", description: "d" })).toMatchObject({
    changes: "none",
  });
  Object.assign(api.get("floating_ips", floatingIpId) ?? {}, { server: null });
  await replay.delete(kind, ip);
  expect((await replay.refresh(kind, ip, "refresh 404")).id).toBe("");
  await replay.delete(kind, ip, "delete 404");
});
