import { createHash } from "node:crypto";
import type { FakeApi } from "../fakeApi";
import { Replay } from "../replay";

let replay: Replay;
afterEach(() => replay.close());

const min = { serverType: "cx22", image: "ubuntu-24.04" };

/** What a new cloud project has to offer. */
function catalog(api: FakeApi): void {
  api.seed("server_types", { name: "cx22", architecture: "x86" }, 104);
  api.seed("server_types", { name: "cax11", architecture: "arm" }, 45);
  api.seed("images", { name: "ubuntu-24.04", architecture: "x86", type: "system", deprecated: null }, 161547269);
  api.seed("images", { name: "ubuntu-24.04", architecture: "arm", type: "system", deprecated: null }, 161547270);
  api.seed("isos", { name: "FreeBSD.iso" }, 26);
}

test("a server's life, one change after the other", async () => {
  replay = await Replay.start("Server create min");
  const { api } = replay;
  catalog(api);
  const kind = "Server";
  let server = await replay.create(kind, "min", min);
  expect(server.outputs).toMatchObject({
    status: "running",
    ipv6Address: "2001:db8:b::1",
    ipv6Network: "2001:db8:b::/64",
    publicNets: [],
    networks: [],
    placementGroupId: 0,
  });
  server = await replay.refresh(kind, server);
  server = await replay.update(kind, "name+labels", server, { ...min, name: "renamed", labels: { a: "b" } });
  const base = { ...min, name: "renamed" };
  server = await replay.update(kind, "labels removed", server, base);
  const bigger = { ...base, serverType: "cx32" };
  server = await replay.update(kind, "serverType", server, bigger);
  server = await replay.update(kind, "serverType keepDisk (server off)", server, { ...base, keepDisk: true });
  server = await replay.refresh(kind, server, "refresh after type change");
  server = await replay.update(kind, "backups on", server, { ...base, keepDisk: true, backups: true });
  server = await replay.update(kind, "backups off", server, base);
  Object.assign(api.get("servers", Number(server.id)) ?? {}, { status: "running" });
  server = await replay.update(kind, "iso", server, { ...base, iso: "FreeBSD.iso" });
  server = await replay.update(kind, "iso off", server, base);
  expect(server.outputs.iso).toBe("");
  server = await replay.update(kind, "rescue", server, { ...base, rescue: "linux64" });
  server = await replay.update(kind, "rescue off", server, base);
  const protectedToo = { ...base, deleteProtection: true, rebuildProtection: true };
  server = await replay.update(kind, "protection", server, protectedToo);
  expect((await replay.deleteFails(kind, server, "delete protected")).message).toContain("(protected)");
  server = await replay.update(kind, "protection off", server, base);

  const [fw1, fw2] = [api.seed("firewalls", {}), api.seed("firewalls", {})];
  server = await replay.update(kind, "firewall add", server, { ...base, firewallIds: [fw1] });
  server = await replay.update(kind, "firewall swap", server, { ...base, firewallIds: [fw2] });
  expect(await replay.diff(kind, server, base)).toMatchObject({ changes: "none" });
  server = await replay.update(kind, "firewall empty", server, { ...base, firewallIds: [] });

  const placementGroupId = api.seed("placement_groups", {});
  server = await replay.update(kind, "pg add", server, { ...base, placementGroupId });
  const refused = await replay.updateFails(kind, "pg remove while running", server, base);
  expect(refused.message).toContain("only while it is off");
  expect(refused.partial?.id).toBe(server.id);
  Object.assign(api.get("servers", Number(server.id)) ?? {}, { status: "off" });
  server = await replay.update(kind, "pg remove off", server, base);
  server = await replay.refresh(kind, server);

  const [netA, netB] = [api.seed("networks", {}), api.seed("networks", {})];
  const seven = { networkId: netA, ip: "10.0.1.7" };
  server = await replay.update(kind, "networks add", server, { ...base, networks: [seven] });
  server = await replay.refresh(kind, server, "refresh with net");
  const aliasIps = ["10.0.1.20", "10.0.1.21"];
  server = await replay.update(kind, "networks alias", server, { ...base, networks: [{ ...seven, aliasIps }] });
  const eight = { networkId: netA, ip: "10.0.1.8", aliasIps };
  server = await replay.update(kind, "networks ip", server, { ...base, networks: [eight] });
  const second = { subnetId: `${String(netB)}-10.9.1.0/24` };
  server = await replay.update(kind, "networks second by subnet", server, { ...base, networks: [eight, second] });
  expect(await replay.diff(kind, server, { ...base, networks: [second, eight] })).toMatchObject({ changes: "none" });
  server = await replay.update(kind, "networks drop second", server, { ...base, networks: [eight] });
  server = await replay.update(kind, "networks removed", server, base);
  server = await replay.refresh(kind, server);

  const only4 = { ipv6Enabled: false };
  server = await replay.update(kind, "publicNets ipv6 off", server, { ...base, publicNets: [only4] });
  const [ip1, ip2] = [0, 1].map(() => api.seed("primary_ips", { type: "ipv4", name: "own" }));
  const own = { ...only4, ipv4: ip1 };
  server = await replay.update(kind, "publicNets ip4 managed", server, { ...base, publicNets: [own] });
  server = await replay.update(kind, "publicNets ip4 swap", server, { ...base, publicNets: [{ ...own, ipv4: ip2 }] });
  server = await replay.update(kind, "publicNets ip6 on", server, { ...base, publicNets: [{ ipv4: ip2 }] });
  server = await replay.update(kind, "publicNets removed", server, base);

  const gentle = { ...base, shutdownBeforeDeletion: true };
  server = await replay.update(kind, "shutdownBeforeDeletion", server, gentle);
  const imported = await replay.import(kind, server.id);
  expect(imported).toMatchObject({ inputs: { location: "fsn1", image: "ubuntu-24.04" }, outputs: { userData: null } });
  expect(imported.inputs).not.toHaveProperty("networks");
  expect((await replay.import(kind, "renamed")).id).toBe(server.id);
  expect((await replay.import(kind, "777777")).id).toBe("");
  await replay.delete(kind, server, "delete shutdown");
  expect((await replay.refresh(kind, server, "refresh 404")).id).toBe("");
  expect((await replay.deleteFails(kind, server, "delete 404")).message).toContain("not_found");
});

test("servers with everything, with no public address, and by ids", async () => {
  replay = await Replay.start("Server create full");
  const { api } = replay;
  catalog(api);
  const kind = "Server";
  const key = api.seed("ssh_keys", { name: "mykey" });
  const [fw1, fw2] = [api.seed("firewalls", {}), api.seed("firewalls", {})];
  const [netA, netB] = [api.seed("networks", {}), api.seed("networks", {})];
  const placementGroupId = api.seed("placement_groups", {});
  const ip = api.seed("primary_ips", { type: "ipv4", name: "own" });
  const userData = "#cloud-config\nx";
  const full = await replay.create(kind, "full", {
    serverType: "cax11",
    image: "ubuntu-24.04",
    sshKeys: ["mykey", String(key)],
    location: "nbg1",
    userData,
    labels: { r: "web" },
    firewallIds: [fw1, fw2],
    placementGroupId,
    publicNets: [{ ipv4Enabled: true, ipv4: ip, ipv6Enabled: false }],
    networks: [{ networkId: netA, ip: "10.0.1.5", aliasIps: ["10.0.1.6"] }],
    backups: true,
    deleteProtection: true,
    rebuildProtection: true,
  });
  expect(full.outputs.userData).toBe(createHash("sha1").update(userData).digest("base64"));
  expect(full.outputs).toMatchObject({
    ipv6Address: "",
    ipv6Network: "<nil>",
    networks: [{ macAddress: "86:00:00:00:00:01" }],
  });
  await replay.refresh(kind, full);
  await replay.import(kind, full.id);

  const priv = await replay.create(kind, "priv", {
    ...min,
    name: "priv",
    publicNets: [{ ipv4Enabled: false, ipv6Enabled: false }],
    networks: [{ subnetId: `${String(netB)}-10.9.1.0/24`, ip: "10.9.1.3" }],
  });
  expect(priv.outputs.networks).toMatchObject([{ networkId: netB, subnetId: `${String(netB)}-10.9.1.0/24` }]);
  await replay.refresh(kind, priv);
  await replay.delete(kind, priv);

  const byId = await replay.create(kind, "byid", { serverType: "104", image: "161547269", datacenter: "nbg1-dc3" });
  expect(byId.outputs).toMatchObject({ image: "161547269", datacenter: "nbg1-dc3", location: "nbg1" });
  await replay.refresh(kind, byId);
  await replay.delete(kind, byId);

  expect((await replay.createFails(kind, "noimg", { serverType: "cx22" })).message).toContain("image is missing");
  expect((await replay.createFails(kind, "badimg", { ...min, image: "nope" })).message).toContain('image "nope"');
  expect((await replay.createFails(kind, "badtype", { ...min, serverType: "nope" })).message).toContain('type "nope"');
  expect((await replay.createFails(kind, "badkey", { ...min, sshKeys: ["nokey"] })).message).toContain('"nokey"');
  const badGroup = await replay.createFails(kind, "badpg", { ...min, placementGroupId: 999 });
  expect(badGroup).toMatchObject({ partial: undefined });
  await replay.create(kind, "fid", { ...min, firewallIds: [fw2], placementGroupId });
});

test("what replaces a server, and what does not", async () => {
  replay = await Replay.start("Server create min");
  catalog(replay.api);
  const server = await replay.create("Server", "min", min);
  for (const [change, property] of [
    [{ image: "debian-13" }, "image"],
    [{ location: "nbg1" }, "location"],
    [{ userData: "\n" }, "userData"],
    [{ sshKeys: ["a"] }, "sshKeys"],
  ] as const) {
    expect(await replay.diff("Server", server, { ...min, ...change })).toMatchObject({
      replaces: [property],
      deleteBeforeReplace: false,
    });
  }
  // A fixed name has to be free first.
  const fixed = await replay.diff("Server", server, { ...min, name: "web", image: "debian-13" });
  expect(fixed).toMatchObject({ replaces: ["image"], deleteBeforeReplace: true });
});
