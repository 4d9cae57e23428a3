import { isRoot } from "../../../local/paths";
import { settingsWith } from "../../blueprint/source";
import { testWhere } from "../../support/needs";
import { has } from "../debian";
import { throughHaproxy } from "./throughHaproxy";

const real = testWhere(has("haproxy") && has("python3") && has("openssl") && isRoot);

interface Request {
  readonly from: string;
  readonly port?: 80 | 443;
  readonly http2?: boolean;
  readonly anew?: boolean;
  readonly path?: string;
  readonly proxy?: readonly [visitor: string, port: number, version: 1 | 2];
  readonly headers?: readonly string[];
  readonly times?: number;
}

/** What the instance hears of each of these requests: the visitor's address and the scheme. */
function told(behind: object, asked: Readonly<Record<string, readonly Request[]>>, limits: object = {}) {
  const settings = settingsWith({
    "holdfast:app": { release: "./examples/guestbook", machines: 1, instances: 1 },
    "holdfast:loadBalancer": { limits: { connections: 500, requestRatePerSource: 20, ...limits } },
    "holdfast:https": { hosts: ["one.example.com"], behind: { from: ["203.0.113.0/29"], ...behind } },
  });
  return throughHaproxy("behind.py", settings, JSON.stringify(asked)) as {
    said: Record<string, string[]>;
    sources: string[];
  };
}

const [proxy, second, outside] = ["203.0.113.1", "203.0.113.2", "198.51.100.7"];
const [visitor, other] = ["192.0.2.66", "192.0.2.67"];
const here = "308 https://one.example.com/";
const https = "X-Forwarded-Proto: https";

real(
  "a header names the visitor where it comes from in front, and nowhere else",
  () => {
    const named = `CF-Connecting-IP: ${visitor}`;
    const { said, sources } = told(
      { client: "CF-Connecting-IP" },
      {
        // From outside nothing of it counts.
        address: [{ from: outside, port: 443, headers: [named, `X-Forwarded-For: ${visitor}`] }],
        scheme: [{ from: outside, headers: [https, named] }],
        genuine: [{ from: proxy, headers: [named, https] }],
        "over TLS": [{ from: proxy, port: 443, headers: [named, https, `X-Forwarded-For: ${other}`] }],
        "http2 genuine": [{ from: proxy, http2: true, headers: [named, https] }],
        "http2 forged": [{ from: outside, http2: true, headers: [named, "X-Forwarded-Proto: http"] }],
        // The proxy's own way here is not the visitor's.
        plain: [{ from: proxy, port: 443, headers: [named, "X-Forwarded-Proto: http"] }],
        untold: [{ from: proxy, port: 443, headers: [named] }],
        six: [{ from: proxy, port: 443, headers: ["CF-Connecting-IP: 2001:db8::66", https] }],
        nobody: [{ from: proxy, port: 443, headers: [https] }],
        garbage: [{ from: proxy, port: 443, headers: ["CF-Connecting-IP: unknown", https] }],
        // One connection, one visitor after the other.
        kept: [
          { from: proxy, port: 443, headers: [named, https] },
          { from: proxy, headers: [https] },
          { from: proxy, headers: [`CF-Connecting-IP: ${other}`, https] },
        ],
        challenge: [{ from: proxy, port: 443, path: `/.well-known/acme-challenge/${"a".repeat(24)}` }],
      },
    );
    expect(said).toEqual({
      address: [`${outside} https`],
      scheme: [`${here}scheme/0`],
      genuine: [`${visitor} https`],
      "over TLS": [`${visitor} https`],
      "http2 genuine": [`${visitor} https`],
      "http2 forged": [`${outside} https`],
      plain: [`${here}plain/0`],
      untold: [`${visitor} https`],
      six: ["2001:db8::66 https"],
      nobody: [`${proxy} https`],
      garbage: [`${proxy} https`],
      kept: [`${visitor} https`, `${proxy} https`, `${other} https`],
      challenge: [`${"a".repeat(24)}.thumbprint`],
    });
    expect(sources).toContain(visitor);
  },
  60_000,
);

real(
  "of a list, the last address that is not in front is the visitor",
  () => {
    const list = (...addresses: string[]) => [https, `X-Forwarded-For: ${addresses.join(", ")}`];
    const { said } = told(
      {},
      {
        one: [{ from: proxy, headers: list(other, visitor) }],
        two: [{ from: proxy, headers: list(other, visitor, second) }],
        lines: [{ from: proxy, headers: [...list(other), `X-Forwarded-For: ${visitor}`] }],
        ports: [{ from: proxy, headers: list(other, `${visitor}:4711`) }],
        outside: [{ from: outside, port: 443, headers: list(visitor) }],
      },
    );
    expect(said).toEqual({
      one: [`${visitor} https`],
      two: [`${visitor} https`],
      lines: [`${visitor} https`],
      ports: [`${visitor} https`],
      outside: [`${outside} https`],
    });
  },
  60_000,
);

real(
  "limits count visitors, not what they come through",
  () => {
    const by = (client: string, times: number): Request => ({
      from: proxy,
      port: 443,
      headers: [`X-Visitor: ${client}`, https],
      times,
    });
    const { said } = told(
      { client: "X_Visitor" },
      { forged: [{ from: outside, port: 443, headers: [`X-Visitor: ${visitor}`, `X_Visitor: ${visitor}`] }] },
    );
    expect(said).toEqual({ forged: [`${outside} https`] });
    const limited = told(
      { client: "X-Visitor" },
      {
        flood: [by(visitor, 25), { ...by(other, 3), anew: true }],
        // Nobody is named: whose requests these are is not known, and one visitor must not use up all.
        nobody: [{ from: second, port: 443, headers: [https], times: 25 }],
        connections: Array.from({ length: 12 }, () => ({ ...by(other, 1), anew: true })),
        outside: [{ from: outside, port: 443, times: 25 }],
      },
      { connectionsPerSource: 4, connectionRatePerSource: 5 },
    ).said;
    expect(limited["flood"]?.map((line) => line.split(" ")[0])).toEqual([
      ...Array<string>(20).fill(visitor),
      ...Array<string>(5).fill("429"),
      ...Array<string>(3).fill(other),
    ]);
    expect(new Set(limited["nobody"])).toEqual(new Set([`${second} https`]));
    expect(new Set(limited["connections"])).toEqual(new Set([`${other} https`]));
    expect(limited["outside"]?.filter((line) => line === "429")).toHaveLength(5);
  },
  60_000,
);

real(
  "the PROXY protocol names the visitor of a connection, and its headers stay the visitor's",
  () => {
    const forged = [https, `X-Forwarded-For: ${other}`, "proxy-protocol: 1.2.3.4"];
    const { said } = told(
      { client: "proxy-protocol" },
      {
        tls: [{ from: proxy, port: 443, proxy: [visitor, 443, 1], headers: forged }],
        binary: [{ from: proxy, port: 443, proxy: [visitor, 443, 2], headers: forged }],
        // It ended TLS itself.
        ended: [{ from: proxy, proxy: [visitor, 443, 2], headers: ["X-Forwarded-Proto: http"] }],
        plain: [{ from: proxy, proxy: [visitor, 80, 1], headers: forged }],
        six: [{ from: proxy, port: 443, proxy: ["2001:db8::66", 443, 1] }],
        check: [{ from: proxy, port: 443, proxy: ["", 443, 2] }],
        silent: [{ from: proxy, port: 443 }],
        outside: [{ from: outside, port: 443, headers: forged }],
        "outside with it": [{ from: outside, port: 443, proxy: [visitor, 443, 1] }],
        // Its connections are the visitor's.
        flood: [
          { from: proxy, port: 443, proxy: [other, 443, 1], times: 25 },
          { from: proxy, port: 443, proxy: ["192.0.2.68", 443, 1], anew: true },
        ],
      },
    );
    expect(said).toEqual({
      tls: [`${visitor} https`],
      binary: [`${visitor} https`],
      ended: [`${visitor} https`],
      plain: [`${here}plain/0`],
      six: ["2001:db8::66 https"],
      check: [`${proxy} https`],
      silent: ["no TLS"],
      outside: [`${outside} https`],
      "outside with it": ["no TLS"],
      flood: [...Array<string>(20).fill(`${other} https`), ...Array<string>(5).fill("429"), "192.0.2.68 https"],
    });
  },
  60_000,
);

real(
  "connections that the PROXY protocol says are one visitor's are limited together",
  () => {
    const many = (client: string) =>
      Array.from({ length: 8 }, (): Request => ({ from: proxy, port: 443, proxy: [client, 443, 1], anew: true }));
    const { said } = told(
      { client: "proxy-protocol" },
      { one: many(visitor), other: many(other).slice(0, 3) },
      { connectionsPerSource: 100, connectionRatePerSource: 5 },
    );
    expect(said["one"]?.filter((line) => line === `${visitor} https`)).toHaveLength(5);
    expect(said["other"]).toEqual(Array<string>(3).fill(`${other} https`));
  },
  60_000,
);
