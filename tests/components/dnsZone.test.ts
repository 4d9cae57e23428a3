import { requireFreeNames } from "../../components/dnsZone";
import type { Settings } from "../../blueprint/settings";
import { rehearsal } from "../blueprint/source";
import { TestApi, token } from "../support/testApi";

const hosts = ["example.com", "www.example.com"];

describe("before an update that makes records", () => {
  const api = TestApi.forEachTest();
  const look = (more: object = {}) => {
    const https = { hosts, dns: { zone: "example.com" } };
    const settings = { ...rehearsal(), https } as unknown as Settings;
    return requireFreeNames(settings, { endpoint: api.running.endpoint, token, ...more });
  };
  const zone = (more: object = {}) => api.must("POST", "/zones", { name: "example.com", mode: "primary", ...more });
  const add = (name: string, type: string, value: string, labels = {}) =>
    api.must("POST", "/zones/example.com/rrsets", { name, type, labels, records: [{ value }] });

  test("a zone that is not there, one that is kept elsewhere and a token that is none stop it", async () => {
    await expect(look()).rejects.toThrow("example.com is not a zone of the project that the token opens");
    await expect(look({ token: "x" })).rejects.toThrow("holdfast:https.dns.token: is not accepted");
    await zone({ mode: "secondary", primary_nameservers: [{ address: "198.51.100.1" }] });
    await expect(look()).rejects.toThrow("is a secondary zone at Hetzner");
  });

  test("records of hosts stop it that are not the stack's, all named at once, and no others", async () => {
    await zone();
    await add("@", "MX", "10 mail");
    await add("@", "TXT", '"v=spf1 -all"');
    await add("other", "A", "203.0.113.9");
    await add("*", "A", "203.0.113.9");
    await look();
    await add("@", "A", "203.0.113.9", { stack: "local" });
    await look();
    await add("@", "AAAA", "2001:db8::9", { stack: "prod" });
    await add("www", "CNAME", "example.org.");
    const refusal = await look().catch((error: unknown) => String(error));
    expect(refusal).toContain("example.com AAAA 2001:db8::9 is in the zone already, and is not this stack's");
    expect(refusal).toContain("www.example.com CNAME example.org. is in the zone already");
    expect(refusal).not.toContain("203.0.113.9");
  });

  test("records beyond the first hundred are seen", async () => {
    const many = Array.from({ length: 120 }, (_, index) => ({
      name: `a${String(index)}`,
      type: "A",
      records: [{ value: "203.0.113.9" }],
    }));
    await zone({ rrsets: [...many, { name: "www", type: "A", records: [{ value: "203.0.113.9" }] }] });
    await expect(look()).rejects.toThrow("www.example.com A 203.0.113.9 is in the zone already");
  });
});
