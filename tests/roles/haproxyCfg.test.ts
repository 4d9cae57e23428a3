import fc from "fast-check";
import { makeBlueprint } from "../../blueprint/blueprint";
import type { Settings } from "../../blueprint/settings";
import { bodiesPath, bodiesProgram } from "../../roles/loadBalancer/bodies";
import { headBytes } from "../../roles/loadBalancer/heads";
import { ends, endsPath } from "../../roles/loadBalancer/logFormat";
import { bodiesAtOnce } from "../../roles/loadBalancer/sources";
import { settingsOf, settingsWith } from "../blueprint/source";
import { testWhere } from "../support/needs";
import { fileOf } from "./context";
import { has, judge } from "./debian";

const cfg = (settings?: Settings) => fileOf("load-balancer-1", "/etc/haproxy/haproxy.cfg", settings);
const app = (extra: Record<string, unknown>) =>
  settingsWith({ "holdfast:app": { release: "./examples/guestbook", ...extra } });

test("each instance is a server of its own, in each backend, checked once", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 8 }), (machines, instances) => {
      const settings = app({ machines, instances, serverType: "cx43" });
      const lines = cfg(settings).split("\n");
      for (const { name, address, port, agentPort } of makeBlueprint(settings).instances) {
        expect(lines.filter((line) => line.startsWith(`    server ${name} ${address}:${port}`))).toEqual([
          `    server ${name} ${address}:${port} agent-check agent-port ${agentPort} agent-inter 250ms`,
          `    server ${name} ${address}:${port} track safe/${name}`,
          `    server ${name} ${address}:${port} track safe/${name}`,
        ]);
      }
    }),
    { numRuns: 15 },
  );
});

test("only safe requests are repeated once they were sent", () => {
  const [, safe = "", unsafe = ""] = /backend safe\n([^]*)backend unsafe\n([^]*)frontend status/.exec(cfg()) ?? [];
  expect(safe).toMatch(/retry-on conn-failure empty-response response-timeout\n/);
  expect(unsafe).toMatch(/retry-on conn-failure\n/);
  expect(safe).not.toContain("on-marked-down");
});

test("limits come from the settings", () => {
  const settings = settingsWith({
    "holdfast:loadBalancer": {
      limits: {
        requestRatePerSource: 77,
        bodySize: 2,
        bodyRate: 4,
        bodyPause: 1.5,
        headerTimeout: 0.5,
        exempt: ["198.51.100.7/32", "2001:db8::/48"],
      },
    },
  });
  const text = cfg(settings);
  expect(text).toContain("sc_http_req_rate(0) gt 77");
  expect(text).toContain("sc_http_req_rate(1) gt 770");
  expect(text).toContain("req.body_size gt 2097152");
  expect(text).toContain("filter lua.bodies 2097152 4096 1.5");
  expect(text).toContain("wait-for-body time 3500ms at-least 8192");
  expect(text).toContain("set-timeout client 1500ms if unfinished");
  expect(text).toContain("timeout http-request 500ms");
  expect(text).toContain("acl exempt src 198.51.100.7/32\n    acl exempt src 2001:db8::/48\n");
});

test("no source and no network gets more than half of what all instances take", () => {
  const places = { machines: 1, instances: 2 };
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 }), (bodies, requests) => {
      const settings = settingsWith({
        "holdfast:app": { release: "./examples/guestbook", ...places },
        "holdfast:loadBalancer": { limits: { bodiesPerSource: bodies, requestsPerInstance: requests } },
      });
      const [source = 0, network = 0] = [1, 10].map((count) => bodiesAtOnce(makeBlueprint(settings), count));
      expect(source).toBe(Math.min(bodies, requests));
      expect(network).toBe(Math.min(10 * bodies, requests));
    }),
    { numRuns: 15 },
  );
});

test("slow paths are never repeated", () => {
  const text = cfg(app({ slowPaths: ["/reports", "/events"] }));
  expect(text).toContain("acl slow_path path_beg /reports\n    acl slow_path path_beg /events\n");
  expect(text).toContain("use_backend safe if safe_method !streamed !unfinished !slow_path");
});

test("statistics are on the private side only", () => {
  const status = cfg().split("frontend status")[1] ?? "";
  expect([...status.matchAll(/bind (\S+)/g)].map(([, address]) => address)).toEqual([
    "127.0.0.1:8404",
    "10.0.1.11:8404",
  ]);
});

testWhere(has("haproxy"))("HAProxy accepts every combination of settings", () => {
  // HAProxy reads no more than 64 words of a line.
  const numbers = Array.from({ length: 100 }, (_, index) => index + 1);
  const cases = [
    settingsOf("prod"),
    settingsWith({
      "holdfast:loadBalancer": {
        hosts: numbers.flatMap((number) => [`tenant-${number}.example.com`, `*.${number}.example.org`]),
        limits: { exempt: [...numbers, ...numbers].map((number) => `2001:db8:${number}::/48`) },
      },
    }),
    app({ machines: 200, instances: 4, slowPaths: ["/reports"], timeouts: { safe: 0.2, unsafe: 3600 } }),
    settingsWith({
      "holdfast:loadBalancer": { limits: { exempt: ["2001:db8::/48"], connections: 100, queueTimeout: 0.1 } },
    }),
  ];
  for (const settings of cases) {
    // With https HAProxy reads certificates as well: loadBalancer/https.test.ts.
    const { code, output } = judge("haproxy -c -f %s", cfg({ ...settings, https: undefined }), "candidate", {
      [bodiesPath]: bodiesProgram(),
      [endsPath]: ends(headBytes),
    });
    expect(output).not.toMatch(/WARNING|ALERT/);
    expect(code).toBe(0);
  }
});
