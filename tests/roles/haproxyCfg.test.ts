import fc from "fast-check";
import { makeBlueprint } from "../../blueprint/blueprint";
import type { Settings } from "../../blueprint/settings";
import { bodySizePath, bodySizeProgram } from "../../roles/loadBalancer/bodySize";
import { settingsOf, settingsWith } from "../blueprint/source";
import { testWhere } from "../support/needs";
import { fileOf } from "./context";
import { has, judge } from "./debian";

const cfg = (settings?: Settings) => fileOf("load-balancer-1", "/etc/haproxy/haproxy.cfg", settings);
const app = (extra: Record<string, unknown>) =>
  settingsWith({ "holdfast:app": { release: "./examples/guestbook", ...extra } });

test("each instance is a server of its own, in both backends, checked once", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 8 }), (machines, instances) => {
      const settings = app({ machines, instances, serverType: "cx43" });
      const lines = cfg(settings).split("\n");
      for (const { name, address, port, agentPort } of makeBlueprint(settings).instances) {
        expect(lines.filter((line) => line.startsWith(`    server ${name} ${address}:${port}`))).toEqual([
          `    server ${name} ${address}:${port} agent-check agent-port ${agentPort} agent-inter 250ms`,
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
        headerTimeout: 0.5,
        exempt: ["198.51.100.7/32", "2001:db8::/48"],
      },
    },
  });
  const text = cfg(settings);
  expect(text).toContain("sc0_http_req_rate gt 77");
  expect(text).toContain("req.body_size gt 2097152");
  expect(text).toContain("filter lua.bodySize 2097152");
  expect(text).toContain("timeout http-request 500ms");
  expect(text).toContain("acl exempt src 198.51.100.7/32 2001:db8::/48");
});

test("slow paths are never repeated", () => {
  const text = cfg(app({ slowPaths: ["/reports", "/events"] }));
  expect(text).toContain("acl slow_path path_beg /reports /events");
  expect(text).toContain("use_backend safe if safe_method !streamed !slow_path");
});

test("statistics are on the private side only", () => {
  const status = cfg().split("frontend status")[1] ?? "";
  expect([...status.matchAll(/bind (\S+)/g)].map(([, address]) => address)).toEqual([
    "127.0.0.1:8404",
    "10.0.1.11:8404",
  ]);
});

testWhere(has("haproxy"))("HAProxy accepts every combination of settings", () => {
  const cases = [
    settingsOf("prod"),
    app({ machines: 200, instances: 4, slowPaths: ["/reports"], timeouts: { safe: 0.2, unsafe: 3600 } }),
    settingsWith({
      "holdfast:loadBalancer": { limits: { exempt: ["2001:db8::/48"], connections: 100, queueTimeout: 0.1 } },
    }),
  ];
  for (const settings of cases) {
    const { code, output } = judge("haproxy -c -f %s", cfg(settings), "candidate", {
      [bodySizePath]: bodySizeProgram(),
    });
    expect(output).not.toMatch(/WARNING|ALERT/);
    expect(code).toBe(0);
  }
});
