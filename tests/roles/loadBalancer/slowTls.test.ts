import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isRoot } from "../../../local/paths";
import { settingsWith } from "../../blueprint/source";
import { testWhere } from "../../support/needs";
import { has } from "../debian";
import { throughHaproxy } from "./throughHaproxy";

const real = testWhere(has("haproxy") && has("python3") && has("openssl") && isRoot);
const headerTimeout = 2;

real(
  "who takes too long over TLS and HTTP/2 is sent away, as over HTTP/1.1",
  () => {
    const settings = settingsWith({
      "holdfast:app": { release: "./examples/guestbook", machines: 1, instances: 1 },
      "holdfast:loadBalancer": {
        limits: { connections: 500, connectionsPerSource: 500, connectionRatePerSource: 10_000, headerTimeout },
      },
      "holdfast:https": { hosts: ["one.example.com"] },
    });
    const beside = { "/h2.py": readFileSync(join(__dirname, "h2.py"), "utf8") };
    const said = throughHaproxy("slowTls.py", settings, String(headerTimeout), beside);
    const { others, alive, ...ways } = said as Record<string, unknown>;
    expect([others, alive]).toEqual(["200", true]);
    expect(Object.keys(ways)).toHaveLength(7);
    for (const [way, [first = 0, last = 0]] of Object.entries(ways as Record<string, number[]>)) {
      // What comes on top is this test's own look, on a computer with other work.
      expect({ way, first: first > headerTimeout - 0.5, last: last < headerTimeout + 1.5 }).toEqual({
        way,
        first: true,
        last: true,
      });
    }
  },
  120_000,
);
