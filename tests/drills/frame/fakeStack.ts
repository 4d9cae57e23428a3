import type { Stack } from "../../../drills/frame/stack";
import type { LoadResult } from "../../../drills/load/outcomes";

export const quiet: LoadResult = {
  url: "http://203.0.113.200",
  rate: 50,
  connections: "fresh",
  sent: 100,
  ok: 100,
  failed: 0,
  failedOutsideGap: 0,
  failures: {},
  repeated: 0,
  slow: 0,
  slowLimit: 1,
  longestGap: 0.02,
  longestGapAt: 1,
  latency: { median: 0.001, p99: 0.002, max: 0.01 },
  late: 0.001,
  interrupted: false,
  timeline: [],
};

/** A stack for tests of the frame alone: what a drill does to a stack that runs is shown by drills. */
export function fakeStack(load: Partial<LoadResult> = {}): Stack {
  const never = () => Promise.reject(new Error("not part of this test"));
  return {
    environment: "local cloud",
    name: "fake",
    url: quiet.url,
    releases: { built: 0 },
    machines: () => Promise.resolve([]),
    status: () => Promise.resolve({ machines: [], floatingIps: [], storageBoxes: [] }),
    inside: never,
    inNetworkOf: never,
    visit: () => Promise.resolve({ ...quiet, ...load }),
    fromOutside: never,
    upChangesNothing: never,
    up: never,
    rollBack: never,
    flood: never,
    slowRequests: never,
    streams: never,
    write: never,
    apiDelays: () => Promise.resolve({ assignFloatingIp: 0.3, factor: 1 }),
    api: never,
  };
}
