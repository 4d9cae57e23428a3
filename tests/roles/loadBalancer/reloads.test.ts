import { readFileSync } from "node:fs";
import { join } from "node:path";
import { isRoot } from "../../../local/paths";
import { settingsWith } from "../../blueprint/source";
import { testWhere } from "../../support/needs";
import { has } from "../debian";
import { throughHaproxy } from "./throughHaproxy";

const real = testWhere(has("haproxy") && has("python3") && has("openssl") && isRoot);
const times = 10;

real(
  "reloads and renewals cost no request and no websocket, over HTTP/2 as over HTTP/1.1",
  () => {
    const settings = settingsWith({
      "holdfast:app": { release: "./examples/guestbook", machines: 1, instances: 1 },
      "holdfast:loadBalancer": { limits: { connections: 500, requestRatePerSource: 100_000 } },
      "holdfast:https": { hosts: ["one.example.com"] },
    });
    const beside = { "/h2.py": readFileSync(join(__dirname, "h2.py"), "utf8") };
    const said = throughHaproxy("reloads.py", settings, String(times), beside) as Record<string, number>;
    const { renewed, reloaded, ...visitors } = said;
    expect({ renewed, reloaded }).toEqual({ renewed: times, reloaded: times });
    const counted = ["h2 200", "h1 200", "h2 websocket", "h1 websocket"];
    for (const kind of counted) expect({ kind, many: (visitors[kind] ?? 0) > 50 }).toEqual({ kind, many: true });
    // A stream that was never begun is sent again, whatever its method: one for each reload at most.
    expect(visitors["h2 refused"] ?? 0).toBeLessThanOrEqual(times);
    const others = Object.entries(visitors).filter(
      ([kind, count]) => count > 0 && ![...counted, "h2 refused", "h1 closed in order"].includes(kind),
    );
    expect(others).toEqual([]);
  },
  120_000,
);
