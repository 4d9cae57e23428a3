import { Replay } from "../replay";

let replay: Replay;
afterEach(() => replay.close());

test("zones and their records", async () => {
  replay = await Replay.start("Zone create z");
  const { api } = replay;
  const kind = "Zone";
  const base = { name: "example.com", mode: "primary" };
  let zone = await replay.create(kind, "z", base);
  await replay.create(kind, "zauto", { mode: "primary" });
  expect(zone.outputs).toMatchObject({ ttl: 3600, authoritativeNameservers: { assigneds: ["ns.example.net."] } });
  zone = await replay.refresh(kind, zone);
  zone = await replay.update(kind, "ttl+labels", zone, { ...base, ttl: 600, labels: { a: "b" } });
  zone = await replay.update(kind, "ttl+labels gone", zone, base);
  zone = await replay.update(kind, "protection", zone, { ...base, deleteProtection: true });
  expect((await replay.deleteFails(kind, zone, "delete protected")).message).toContain("protected");
  zone = await replay.update(kind, "protection false", zone, { ...base, deleteProtection: false });
  expect(await replay.diff(kind, zone, base)).toMatchObject({ changes: "none" });
  for (const [key, value] of Object.entries({ name: "example.org", mode: "secondary" })) {
    const more = key === "mode" ? { primaryNameservers: [{ address: "198.51.100.1" }] } : {};
    expect((await replay.diff(kind, zone, { ...base, ...more, [key]: value })).replaces).toContain(key);
  }
  await replay.import(kind, zone.id);
  expect((await replay.import(kind, "example.com")).id).toBe(zone.id);
  await expect(replay.import(kind, "nope.com")).rejects.toThrow("not_found");
  let secondary = await replay.create(kind, "zs", {
    name: "sec.de",
    mode: "secondary",
    deleteProtection: false,
    primaryNameservers: [
      { address: "198.51.100.1" },
      { address: "203.0.113.1", port: 5353, tsigAlgorithm: "hmac-sha256", tsigKey: "abc" },
    ],
  });
  secondary = await replay.refresh(kind, secondary);
  const other = { name: "sec.de", mode: "secondary", primaryNameservers: [{ address: "198.51.100.9" }] };
  secondary = await replay.update(kind, "ns", secondary, other);
  await replay.delete(kind, secondary);

  const records = [{ value: "1.2.3.5", comment: "c" }, { value: "1.2.3.4" }];
  const www = { zone: "example.com", name: "www", type: "A", records };
  const set = "ZoneRrset";
  let rrset = await replay.create(set, "r", www);
  expect(rrset).toMatchObject({ id: "www/A", outputs: { ...www, changeProtection: false } });
  expect(rrset.outputs).not.toHaveProperty("ttl");
  rrset = await replay.refresh(set, rrset);
  expect(await replay.diff(set, rrset, { ...www, records: [...records].reverse() })).toMatchObject({ changes: "none" });
  const changed = { ...www, records: [{ value: "9.9.9.9" }] };
  rrset = await replay.update(set, "records", rrset, changed);
  rrset = await replay.update(set, "ttl", rrset, { ...changed, ttl: 60 });
  expect(rrset.outputs.ttl).toBe(60);
  rrset = await replay.update(set, "ttl gone", rrset, changed);
  rrset = await replay.update(set, "labels", rrset, { ...changed, labels: { a: "b" } });
  rrset = await replay.update(set, "labels gone", rrset, changed);
  const kept = { ...www, records: [{ value: "8.8.8.8" }], changeProtection: true };
  rrset = await replay.update(set, "protect + records", rrset, kept);
  expect(rrset.outputs.changeProtection).toBe(true);
  rrset = await replay.update(set, "unprotect + records", rrset, { ...changed, changeProtection: false });
  for (const [key, value] of Object.entries({ zone: "example.org", name: "ftp", type: "AAAA" })) {
    expect((await replay.diff(set, rrset, { ...changed, [key]: value })).replaces).toEqual([key]);
  }
  await replay.import(set, "example.com/www/A");
  await replay.import(set, `${zone.id}/www/A`);
  await replay.delete(set, rrset);
  expect((await replay.refresh(set, rrset, "refresh 404")).id).toBe("");
  await replay.delete(set, rrset, "delete 404");

  const soa = { name: "@", type: "SOA", records: [{ value: "ns.example.net. dns.example.net. 2026120101 1 2 3 4" }] };
  api.create(`zones/${zone.id}/rrsets`, { ...soa, ttl: null, labels: {}, protection: { change: false } });
  let start = await replay.create(set, "soa", { zone: "example.com", ...soa });
  start = await replay.refresh(set, start);
  expect(start.outputs.records).toEqual([{ value: "ns.example.net. dns.example.net. 0 1 2 3 4" }]);
  const protectedSet = await replay.create(set, "prot", {
    zone: "example.com",
    type: "A",
    ttl: 30,
    labels: { a: "b" },
    records: [{ value: "1.1.1.1" }],
    changeProtection: true,
  });
  await replay.delete(kind, zone);
  expect((await replay.refresh(kind, zone, "refresh 404")).id).toBe("");
  await replay.delete(kind, zone, "delete 404");
  expect((await replay.refresh(set, protectedSet, "refresh zone gone")).id).toBe("");
  await replay.delete(set, protectedSet, "delete zone gone");
});

test("a malformed import of records", async () => {
  replay = await Replay.start();
  await expect(replay.import("ZoneRrset", "www/A")).rejects.toThrow("<zone>/<name>/<type>");
});
