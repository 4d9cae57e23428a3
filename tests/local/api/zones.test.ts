import { answersOf, findIn } from "../../../local/network/zoneAnswers";
import { TestApi, token } from "../../support/testApi";

const other = token.replaceAll("0", "1");

describe("DNS zones", () => {
  const api = new TestApi();
  beforeEach(() => api.start({ projects: { apart: other } }));
  afterEach(() => api.remove());

  const make = async (more: object = {}) =>
    (await api.must("POST", "/zones", { name: "example.com", mode: "primary", ...more })).zone;
  const add = (name: string, type: string, ...values: string[]) =>
    api.must("POST", "/zones/example.com/rrsets", { name, type, records: values.map((value) => ({ value })) });
  const act = (path: string, body: object) => api.must("POST", `/zones/example.com/${path}`, body);
  /** What name servers answer now. */
  const ask = (name: string, type = "A") => answersOf(name, type, findIn(api.running.zones()));
  const values = (name: string, type?: string) => ask(name, type)?.map((answer) => (answer as { data: unknown }).data);

  test("begin with SOA and NS records, are found by id and name, and are unique wherever they are", async () => {
    const zone = await make();
    for (const key of [zone.id, "example.com"]) {
      const { body } = await api.call("GET", `/zones/${key}`);
      expect(body.zone).toMatchObject({ id: zone.id, status: "ok", ttl: 3600, record_count: 4, mode: "primary" });
    }
    const { rrsets } = (await api.call("GET", "/zones/example.com/rrsets")).body;
    expect(rrsets.map(({ id }: { id: string }) => id)).toEqual(["@/NS", "@/SOA"]);
    expect((await api.call("GET", "/zones?name=example.com")).body.zones).toHaveLength(1);
    expect((await api.call("GET", "/zones/example.com/actions")).body.actions).toHaveLength(1);
    const apart = { authorization: `Bearer ${other}` };
    const again = await api.call("POST", "/zones", { name: "example.com", mode: "primary" }, apart);
    expect(again.body.error.code).toBe("uniqueness_error");
    expect((await api.call("GET", "/zones/example.com", undefined, apart)).status).toBe(404);
    expect((await api.call("GET", "/zones/example.com/rrsets", undefined, apart)).status).toBe(404);
  });

  test.each(["com", "www.example.com", "co.uk", "a.b.co.uk", "Example.com", "example.com.", "exa mple.com"])(
    "are not called %s",
    async (name) => {
      expect(await api.refused("POST", "/zones", { name, mode: "primary" })).toBe("invalid_input");
    },
  );

  test("may be below the second level of a country", async () => {
    expect((await make({ name: "example.co.uk" })).name).toBe("example.co.uk");
  });

  test("answer a change when its action has ended, and not before", async () => {
    await make();
    const body = { name: "www", type: "A", ttl: 60, records: [{ value: "203.0.113.10" }] };
    const { action } = (await api.call("POST", "/zones/example.com/rrsets", body)).body;
    expect(action).toMatchObject({ command: "create_rrset", status: "running" });
    expect((await api.call("GET", "/zones/example.com")).body.zone.status).toBe("updating");
    expect(ask("www.example.com")).toBeUndefined();
    await api.settle({ action });
    expect(ask("WWW.example.com")).toEqual([{ type: "A", name: "WWW.example.com", ttl: 60, data: "203.0.113.10" }]);
    await act("rrsets/www/A/actions/set_records", { records: [{ value: "203.0.113.11", comment: "new" }] });
    expect(values("www.example.com")).toEqual(["203.0.113.11"]);
    await api.must("DELETE", "/zones/example.com/rrsets/www/A");
    expect(ask("www.example.com")).toBeUndefined();
  });

  test("count their changes in the SOA record", async () => {
    await make();
    const serial = () => (values("example.com", "SOA") as [{ serial: number }])[0].serial;
    const before = serial();
    await add("www", "A", "203.0.113.10");
    expect(serial()).toBeGreaterThan(before);
    expect(String(serial())).toMatch(/^\d{10}$/);
  });

  test("take several changes at once", async () => {
    await make();
    const posts = ["a", "b", "c"].map((name) => ({ name, type: "A", records: [{ value: "203.0.113.1" }] }));
    const answers = await Promise.all(posts.map((body) => api.call("POST", "/zones/example.com/rrsets", body)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    for (const { body } of answers) await api.settle(body);
    expect(values("c.example.com")).toEqual(["203.0.113.1"]);
  });

  test.each([
    [{ type: "A", records: [{ value: "2001:db8::1" }] }],
    [{ type: "AAAA", records: [{ value: "203.0.113.1" }] }],
    [{ type: "A", records: [] }],
    [{ type: "A", records: [{ value: "203.0.113.1" }, { value: "203.0.113.1" }] }],
    [{ type: "A", ttl: 59, records: [{ value: "203.0.113.1" }] }],
    [{ type: "TXT", records: [{ value: "without quotes" }] }],
    [{ type: "TXT", records: [{ value: `"${"x".repeat(256)}"` }] }],
    [{ type: "MX", records: [{ value: "mail.example.com." }] }],
    [{ type: "CAA", records: [{ value: "letsencrypt.org" }] }],
    [{ type: "CNAME", records: [{ value: "a.example.org." }, { value: "b.example.org." }] }],
    [{ name: "Www", type: "A", records: [{ value: "203.0.113.1" }] }],
    [{ name: "www.example.com", type: "A", records: [{ value: "203.0.113.1" }] }],
    [{ name: "www.", type: "A", records: [{ value: "203.0.113.1" }] }],
    [{ name: "@", type: "CNAME", records: [{ value: "example.org." }] }],
  ])("refuse a set such as %j", async (body) => {
    await make();
    expect(await api.refused("POST", "/zones/example.com/rrsets", { name: "www", ...body })).toBe("invalid_input");
    expect((await api.call("GET", "/zones/example.com/rrsets")).body.rrsets).toHaveLength(2);
  });

  test("have one set of a name and type, and nothing beside a CNAME", async () => {
    await make();
    await add("www", "A", "203.0.113.10");
    const again = { name: "www", type: "A", records: [{ value: "203.0.113.11" }] };
    expect(await api.refused("POST", "/zones/example.com/rrsets", again)).toBe("uniqueness_error");
    const alias = { type: "CNAME", records: [{ value: "www" }] };
    expect(await api.refused("POST", "/zones/example.com/rrsets", { name: "www", ...alias })).toBe("invalid_input");
    await add("shop", "CNAME", "www");
    expect(await api.refused("POST", "/zones/example.com/rrsets", { ...again, name: "shop" })).toBe("invalid_input");
    expect(values("shop.example.com")).toEqual(["www.example.com", "203.0.113.10"]);
  });

  test("add and remove single records, and make and end sets by that", async () => {
    await make();
    const records = (...list: string[]) => ({ records: list.map((value) => ({ value })) });
    await act("rrsets/www/A/actions/add_records", { ...records("203.0.113.1"), ttl: 120 });
    await act("rrsets/www/A/actions/add_records", records("203.0.113.2"));
    const path = "/zones/example.com/rrsets/www/A";
    expect((await api.call("GET", path)).body.rrset).toMatchObject({
      ttl: 120,
      ...records("203.0.113.1", "203.0.113.2"),
    });
    const update = await api.call("POST", `${path}/actions/update_records`, {
      records: [{ value: "203.0.113.2", comment: "second" }],
    });
    expect(update.status).toBe(200);
    expect((await api.call("GET", path)).body.rrset.records[1].comment).toBe("second");
    expect(await api.refused("POST", `${path}/actions/remove_records`, records("203.0.113.3"))).toBe("invalid_input");
    await act("rrsets/www/A/actions/remove_records", records("203.0.113.1", "203.0.113.2"));
    expect(await api.refused("GET", path)).toBe("not_found");
  });

  test("keep what is protected", async () => {
    await make();
    await add("www", "A", "203.0.113.10");
    const set = "/zones/example.com/rrsets/www/A";
    await act("rrsets/www/A/actions/change_protection", { change: true });
    for (const [action, body] of Object.entries({
      set_records: { records: [{ value: "203.0.113.9" }] },
      change_ttl: { ttl: 60 },
    })) {
      expect(await api.refused("POST", `${set}/actions/${action}`, body)).toBe("protected");
    }
    expect(await api.refused("DELETE", set)).toBe("protected");
    await api.must("PUT", set, { labels: { a: "b" } });
    await act("actions/change_protection", { delete: true });
    expect(await api.refused("DELETE", "/zones/example.com")).toBe("protected");
    await act("actions/change_protection", { delete: false });
    const { action } = (await api.call("DELETE", "/zones/example.com")).body;
    expect(await api.refused("POST", `${set}/actions/change_ttl`, { ttl: 60 })).toBe("locked");
    await api.settle({ action });
    expect(await api.refused("GET", "/zones/example.com")).toBe("not_found");
    expect(ask("www.example.com")).toBeUndefined();
  });

  test("of secondary mode have their records elsewhere", async () => {
    const secondary = { name: "example.org", mode: "secondary" };
    expect(await api.refused("POST", "/zones", secondary)).toBe("invalid_input");
    await api.must("POST", "/zones", { ...secondary, primary_nameservers: [{ address: "198.51.100.1" }] });
    const { primary_nameservers } = (await api.call("GET", "/zones/example.org")).body.zone;
    expect(primary_nameservers).toEqual([{ address: "198.51.100.1", port: 53 }]);
    const mode = "incorrect_zone_mode";
    expect(await api.refused("GET", "/zones/example.org/rrsets")).toBe(mode);
    expect(await api.refused("POST", "/zones/example.org/actions/change_ttl", { ttl: 60 })).toBe(mode);
    await make();
    const nameservers = { primary_nameservers: [{ address: "198.51.100.1" }] };
    expect(await api.refused("POST", "/zones/example.com/actions/change_primary_nameservers", nameservers)).toBe(mode);
  });

  test("answer every kind of record as DNS has it, wildcards where there is nothing else", async () => {
    await make();
    await add("@", "A", "203.0.113.1");
    await add("*", "A", "203.0.113.2");
    await add("deep.here", "AAAA", "2001:db8::1");
    await add("@", "MX", "10 mail", "20 mail.example.org.");
    await add("@", "TXT", '"v=spf1 -all" "more \\"quoted\\""');
    await add("@", "CAA", '0 issue "letsencrypt.org"');
    await add("_sip._tcp", "SRV", "1 2 5060 sip");
    expect(values("example.com")).toEqual(["203.0.113.1"]);
    expect(values("any.example.com")).toEqual(["203.0.113.2"]);
    expect(values("any.thing.example.com")).toEqual(["203.0.113.2"]);
    expect(values("here.example.com")).toEqual([]);
    expect(ask("x.deep.here.example.com")).toBeUndefined();
    expect(values("deep.here.example.com", "A")).toEqual([]);
    expect(values("example.com", "MX")).toEqual([
      { preference: 10, exchange: "mail.example.com" },
      { preference: 20, exchange: "mail.example.org" },
    ]);
    expect(values("example.com", "TXT")).toEqual([["v=spf1 -all", 'more "quoted"']]);
    expect(values("example.com", "CAA")).toEqual([{ flags: 0, tag: "issue", value: "letsencrypt.org" }]);
    expect(values("_sip._tcp.example.com", "SRV")).toEqual([
      { priority: 1, weight: 2, port: 5060, target: "sip.example.com" },
    ]);
    expect(ask("example.org")).toBeUndefined();
  });
});
