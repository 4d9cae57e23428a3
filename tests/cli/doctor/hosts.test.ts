import { makeBlueprint } from "../../../blueprint/blueprint";
import type { CheckContext } from "../../../cli/doctor/check";
import { hosts } from "../../../cli/doctor/checks/hosts";
import { lookUpHere } from "../../../cli/doctor/dns";
import { settingsWith } from "../../blueprint/source";
import { nameServer, type Zone } from "../../support/nameServer";

const here = "203.0.113.10";
const floatingIp = { type: "hcloud:index/floatingIp:FloatingIp", outputs: { ipAddress: here } };
const floatingIpv6 = { type: "hcloud:index/floatingIp:FloatingIp", outputs: { ipAddress: "2001:db8:5::1" } };
const server = (name: string, ipv4Address: string) => ({
  type: "hcloud:index/server:Server",
  outputs: { name, ipv4Address, ipv6Address: "2001:db8:7::1" },
});
const caa = (value: string, tag = "issue", flags = 0) => ({ flags, tag, value });

interface About {
  readonly https?: object;
  readonly machines?: 0 | 1 | 2;
  readonly resources?: readonly object[];
}

/** What the check finds about example.com where a name server answers so. */
async function found(zone: Zone, { https = {}, machines = 2, resources = [floatingIp] }: About = {}) {
  const dns = await nameServer(zone);
  try {
    const settings = settingsWith({
      "holdfast:app": { release: "./examples/guestbook", machines: 1 },
      "holdfast:loadBalancer": { machines },
      "holdfast:https": { hosts: ["example.com"], ...https },
    });
    const context = { blueprint: makeBlueprint(settings), resources, lookUp: lookUpHere([dns.address]) };
    const findings = await hosts(context as unknown as CheckContext);
    return findings.map(({ level, what, fix }) => `${level}: ${what}${fix === undefined ? "" : ` — ${fix}`}`);
  } finally {
    dns.close();
  }
}

test("a host that leads here, and one that does not exist yet", async () => {
  expect(await found({ "example.com": { A: [here] } })).toEqual([`ok: example.com leads here (${here})`]);
  expect(await found({})).toEqual([
    `note: example.com has no address in DNS yet, and gets no certificate until then — let it lead to ${here}`,
  ]);
  expect(await found({}, { resources: [] })).toEqual([
    expect.stringMatching(/^note: .* let it lead to the address that the first `pulumi up` shows$/),
  ]);
  expect(await found({ "example.com": { A: [here] } }, { resources: [] })).toEqual([
    `note: example.com leads to ${here}; this stack has no address yet`,
  ]);
});

test("a host that is still elsewhere is no problem; one that is here and elsewhere is", async () => {
  expect(await found({ "example.com": { A: ["198.51.100.1"], AAAA: ["2001:db8::1"] } })).toEqual([
    expect.stringMatching(/^note: example.com leads to 198.51.100.1, 2001:db8::1 and not here.* — .*A record to 203/),
  ]);
  expect(await found({ "example.com": { A: [here], AAAA: ["2001:db8::1"] } })).toEqual([
    "problem: example.com leads here, and to 2001:db8::1: an authority that asks there refuses the certificate — remove the AAAA record of 2001:db8::1",
  ]);
  expect(await found({ "example.com": { A: [here, "198.51.100.1"] } })).toEqual([
    expect.stringMatching(/^problem: .*remove the A record of 198.51.100.1$/),
  ]);
});

test("addresses of ours: a floating IPv6 network, and the server's own without a load balancer", async () => {
  const both = { "example.com": { A: [here], AAAA: ["2001:db8:5::80"] } };
  expect(await found(both, { resources: [floatingIp, floatingIpv6] })).toEqual([
    `ok: example.com leads here (${here}, 2001:db8:5::80)`,
  ]);
  const own = { "example.com": { A: ["192.0.2.5"], AAAA: ["2001:db8:7::1"] } };
  const resources = [server("prod-app-1", "192.0.2.5"), server("prod-app-2", "192.0.2.6")];
  expect(await found(own, { machines: 0, resources })).toEqual([
    "ok: example.com leads here (192.0.2.5, 2001:db8:7::1)",
  ]);
});

test("behind a CDN, names lead to it", async () => {
  const behind = { from: ["173.245.48.0/20"] };
  expect(await found({ "example.com": { A: ["104.16.0.1"] } }, { https: { behind } })).toEqual([
    "ok: example.com leads to 104.16.0.1, in front of this stack",
  ]);
  expect(await found({}, { https: { behind } })).toEqual([
    expect.stringMatching(/^note: .* let it lead to what stands in front of this stack$/),
  ]);
});

test("name servers that fail, or do not answer", async () => {
  expect(await found({ "example.com": 2 })).toEqual([
    expect.stringMatching(/^problem: DNS gives no answer about example.com \(A of example.com: ESERVFAIL, AAAA of/),
  ]);
  expect(await found({ "example.com": { A: [here] }, com: 2 })).toEqual([
    expect.stringMatching(/^problem: DNS gives no answer about example.com \(CAA of com: ESERVFAIL\)/),
  ]);
});

describe("CAA", () => {
  const way = `ok: example.com leads here (${here})`;
  /** What is found about permission where these names have these records. */
  async function permission(records: Record<string, readonly unknown[]>, more: About = {}, host = "example.com") {
    const zone: Zone = {
      ...Object.fromEntries(Object.entries(records).map(([name, CAA]) => [name, { CAA }])),
      [host]: { A: [here], CAA: records[host] ?? [] },
    };
    const [first, ...others] = await found(zone, { ...more, https: { hosts: [host], ...more.https } });
    expect(first).toBe(way.replace("example.com", host));
    return others;
  }

  test("another authority's, nobody's, and ours among others", async () => {
    expect(
      await permission({ "example.com": [caa("pki.goog"), caa("digicert.com; cansignhttpexchanges=yes")] }),
    ).toEqual([
      `problem: the CAA records of example.com let pki.goog, digicert.com alone issue certificates, and Let's Encrypt is refused — add a record: example.com CAA 0 issue "letsencrypt.org"`,
    ]);
    expect(await permission({ "example.com": [caa(";")] })).toEqual([
      expect.stringMatching(/^problem: .* let nobody alone issue/),
    ]);
    expect(await permission({ "example.com": [caa("pki.goog"), caa("LetsEncrypt.org")] })).toEqual([
      "ok: CAA lets letsencrypt.org issue for example.com",
    ]);
  });

  test("of the nearest name that has any", async () => {
    const records = { "example.com": [caa("pki.goog")], "shop.example.com": [caa("letsencrypt.org")] };
    expect(await permission(records, {}, "a.shop.example.com")).toEqual([
      "ok: CAA lets letsencrypt.org issue for a.shop.example.com",
    ]);
    expect(await permission(records, {}, "www.example.com")).toEqual([
      expect.stringMatching(/^problem: the CAA records of www.example.com \(by example.com\) let pki.goog alone/),
    ]);
  });

  test("for stars alone, for mails, and a critical one that nobody knows", async () => {
    expect(await permission({ "example.com": [caa("pki.goog", "issuewild")] })).toEqual([]);
    expect(await permission({ "example.com": [caa("mailto:a@example.com", "iodef")] })).toEqual([]);
    expect(await permission({ "example.com": [caa("x", "tbs", 128), caa("letsencrypt.org")] })).toEqual([
      expect.stringMatching(/^problem: .* a critical one that authorities do not know/),
    ]);
  });

  test("that want another challenge, or an account", async () => {
    expect(await permission({ "example.com": [caa("letsencrypt.org; validationmethods=dns-01")] })).toEqual([
      expect.stringMatching(/^problem: .* issue by dns-01 alone.* — .*validationmethods=http-01"$/),
    ]);
    expect(await permission({ "example.com": [caa("letsencrypt.org;validationmethods=dns-01,http-01")] })).toEqual([
      "ok: CAA lets letsencrypt.org issue for example.com",
    ]);
    const account = "letsencrypt.org; accounturi=https://acme-v02.api.letsencrypt.org/acme/acct/1";
    expect(await permission({ "example.com": [caa(account)] })).toEqual([
      expect.stringMatching(/^note: .* names one account at letsencrypt.org/),
    ]);
  });

  test("for an authority whose name there is not known, and for a certificate that nobody orders", async () => {
    const issuer = { directory: "https://acme.example.org/directory" };
    expect(await permission({ "example.com": [caa("example.org")] }, { https: { issuer } })).toEqual([
      "note: the CAA records of example.com let example.org alone issue: see that this is acme.example.org",
    ]);
    expect(
      await permission({ "example.com": [caa("example.org")] }, { https: { issuer: "letsencrypt-staging" } }),
    ).toEqual([expect.stringMatching(/^problem: /)]);
  });
});

test("without https, or with the address alone, DNS is not asked", async () => {
  expect(await found({}, { https: { hosts: [] } })).toEqual([]);
});
