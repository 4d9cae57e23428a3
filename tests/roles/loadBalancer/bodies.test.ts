import { makeBlueprint } from "../../../blueprint/blueprint";
import { isRoot } from "../../../local/paths";
import { bodyBytes, firstBytesTimeout } from "../../../roles/loadBalancer/bodies";
import { settingsWith } from "../../blueprint/source";
import { testWhere } from "../../support/needs";
import { has } from "../debian";
import { throughHaproxy } from "./throughHaproxy";

const real = testWhere(has("haproxy") && has("python3") && isRoot);
// One instance: requests that just connect to another one when HAProxy finds it down would be cut (docs/limits.md).
// A computer may let its programs open fewer files than a server does.
const settingsOf = (limits: object) =>
  settingsWith({
    "holdfast:app": { release: "./examples/guestbook", machines: 1, instances: 1, slowPaths: ["/socket"] },
    "holdfast:loadBalancer": { limits: { connections: 500, ...limits } },
  });

real(
  "no body passes HAProxy beyond the limit, whether its length is announced or not",
  () => {
    const settings = settingsOf({ bodySize: 1 });
    const limit = bodyBytes(settings);
    expect(throughHaproxy("bodies.py", settings, String(limit))).toEqual({
      announced: [200, 413],
      streamed: [200, 200, 413, 413],
      streamedGet: [200, 413],
      trailer: 200,
      tunnel: 2 * limit,
      http2: "HTTP/1.1 400 Bad request",
      // A body beyond the limit reaches no instance as a whole one.
      whole: [limit, 0, limit, limit, 10],
      alive: true,
    });
  },
  60_000,
);

real(
  "bodies that hang or trickle take no places from others; slow ones arrive",
  () => {
    const bodyPause = 2;
    const settings = settingsOf({ bodyPause, bodyRate: 8, bodiesPerSource: 4, requestsPerInstance: 10 });
    expect(makeBlueprint(settings).instances).toHaveLength(1);
    const { trickles, ...said } = throughHaproxy("slowBodies.py", settings, String(bodyPause));
    expect(said).toEqual({
      // Nobody is refused for a body that has not begun: it waits at the load balancer.
      firstByte: { honest: [200, 0], refused: 0 },
      // Of what has begun, each source has its four at the instance; a /48 has half of its places.
      begun: { honest: [200, 0], refused: 8 },
      network: { honest: [200, 0], refused: 15 },
      neighbours: { same: 429, small: 200, other: 200 },
      // As announced and streamed: at 20 kB/s, with a pause, and to an instance that reads nothing for four seconds.
      slow: [200, 200, 200, 200, 200, 200],
      whole: [1_000, 100_000, 9_000_000],
      alive: true,
    });
    const [announced, streamed, ...begun] = trickles as [number, number][];
    for (const [status, seconds] of [announced, streamed] as [number, number][]) {
      expect(status).toBe(408);
      expect(seconds).toBeLessThan(firstBytesTimeout(settings) + 1);
    }
    for (const [status, seconds] of begun) {
      expect(status).toBe(408);
      expect(seconds).toBeLessThan(2 * bodyPause + 1);
    }
  },
  90_000,
);
