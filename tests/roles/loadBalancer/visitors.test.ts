import { isRoot } from "../../../local/paths";
import { headersOfProxies } from "../../../roles/loadBalancer/visitorHeaders";
import { settingsWith } from "../../blueprint/source";
import { testWhere } from "../../support/needs";
import { has } from "../debian";
import { throughHaproxy } from "./throughHaproxy";

const real = testWhere(has("haproxy") && has("python3") && isRoot);

function told(loadBalancer: { readonly limits?: object; readonly hosts?: readonly string[] }, asked: object) {
  const settings = settingsWith({
    "holdfast:app": { release: "./examples/guestbook", machines: 1, instances: 1, slowPaths: ["/socket"] },
    "holdfast:loadBalancer": { ...loadBalancer, limits: { connections: 500, ...loadBalancer.limits } },
  });
  return throughHaproxy("visitors.py", settings, JSON.stringify(asked));
}

/** As visitors may write a name of the list: so, with underscores or dots, and in capitals. */
const spellings = headersOfProxies
  .flatMap((name) => (name.endsWith("*") ? ["", "Host", "Any-Thing"].map((end) => name.replace("*", end)) : [name]))
  .flatMap((name) => [name, name.replaceAll("-", "_"), name.replaceAll("-", "."), name.toUpperCase()]);
const chunksOf = <T>(items: readonly T[], size: number) =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
/** HAProxy takes some hundred headers in one request. */
const requests = chunksOf(spellings, 60);

describe("of what visitors say", () => {
  real.each(requests.map((names, index) => [index + 1, names] as const))(
    `nothing that proxies say reaches an instance (request %i of ${requests.length})`,
    (_, names) => {
      const kept = ["Cookie: a=b", "api_key: 1", "X-Forward: 1", "Proxying: 1", "Traceparent: 00-1-2-03"];
      const said = told({}, { headers: [...kept, ...names.map((name) => `${name}: 198.51.100.66`)] });
      const headers = said["headers"] as [string, string][];
      expect(said["id"]).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.sort()).toEqual(
        [
          ["host", "x"],
          ...kept.map((line) => line.toLowerCase().split(": ")),
          ["x-forwarded-for", "127.0.0.1"],
          ["x-forwarded-proto", "http"],
          // One, and the same as in the log.
          ["x-request-id", said["id"]],
        ].sort(),
      );
    },
    30_000,
  );

  real(
    "`Connection` makes no next hop drop our headers, and a websocket stays one",
    () => {
      const { headers, upgraded } = told({}, { headers: ["Connection: X-Forwarded-For, X-Request-Id"] });
      expect(headers).not.toContainEqual(["connection", expect.anything()]);
      expect(headers).toContainEqual(["x-forwarded-for", "127.0.0.1"]);
      expect(upgraded).toContainEqual(["connection", "upgrade"]);
      expect(upgraded).toContainEqual(["upgrade", "websocket"]);
    },
    30_000,
  );

  real(
    "methods for proxies reach no instance",
    () => {
      const said = told({}, { methods: ["TRACE", "trace", "TRACK", "GET"] });
      expect(said).toMatchObject({ methods: [501, 501, 501, 200], connect: 501, reached: ["/method"] });
    },
    30_000,
  );
});

describe("loadBalancer.hosts", () => {
  const hosts = ["example.com", "www.example.com:80", "WWW.Example.COM.", "a.b.example.org", "example.org"];
  const others = ["evil.example", "example.com.evil.example", "xexample.com", "10.0.1.11", ""];

  real(
    "only these are served, and the health path to everybody",
    () => {
      const named = { hosts: ["example.com", "www.example.com", "*.example.org"] };
      expect(told(named, { hosts: [...hosts, ...others] })).toMatchObject({
        hosts: [200, 200, 200, 200, 421, 421, 421, 421, 421, 421],
        health: 200,
        noHost: 421,
      });
    },
    30_000,
  );

  real(
    "without it, all are",
    () => {
      const everybody = [...hosts, ...others];
      expect(told({}, { hosts: everybody })).toMatchObject({ hosts: everybody.map(() => 200), noHost: 200 });
    },
    30_000,
  );
});

real(
  "a /48 has the limits of ten sources, whatever its /64 are; who is exempt has none",
  () => {
    const network = (prefix: string) => Array.from({ length: 12 }, (_, index) => `2001:db8:${prefix}:${index + 1}::1`);
    const limits = { requestRatePerSource: 2, exempt: ["2001:db8:3::/48", "127.0.0.0/8"] };
    const { sources } = told(
      { limits },
      {
        sources: [
          [network("1"), 2],
          [["2001:db8:2::1"], 3],
          [network("3"), 3],
        ],
      },
    ) as { sources: number[][] };
    expect(sources).toEqual([
      [...Array<number>(20).fill(200), ...Array<number>(4).fill(429)],
      [200, 200, 429],
      Array<number>(36).fill(200),
    ]);
  },
  60_000,
);
