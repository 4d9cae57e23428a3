import type { JudgedClaim } from "../../drills/frame/result";
import { brokenHere } from "../rehearsal/support/held";

/** A claim and what one run brought. */
function claim(rest: Partial<JudgedClaim>, value?: number): JudgedClaim {
  const measured = value === undefined ? {} : { measured: { median: value, worst: value, n: 1 } };
  return { metric: "m", text: "what was seen", unit: "s", met: true, ...rest, ...measured };
}

test.each([
  ["a count that is met", claim({ unit: "requests", worst: 0 }, 0)],
  ["a figure of which nothing is claimed", claim({ unit: "moves" }, 12)],
  ["a time within three times what is claimed", claim({ worst: 2 }, 5.9)],
  ["a gap below what a failover is for", claim({ metric: "longestGap", worst: 0.7 }, 1.4)],
  ["a rate of a third", claim({ unit: "rows/s", least: 90 }, 30)],
])("%s holds", (_, held) => {
  expect(brokenHere(held, "generous")).toEqual([]);
});

test.each([
  ["a count", claim({ unit: "requests", worst: 0 }, 1), /^what was seen: 1 requests; claimed is at most 0, .*is 0$/],
  ["a time", claim({ worst: 2 }, 6.1), /6\.1 s; claimed is at most 2, the limit here is 6$/],
  ["a median, which is the run itself", claim({ median: 1, worst: 9 }, 3.1), /at most 1, the limit here is 3$/],
  ["a gap", claim({ metric: "longestGap", worst: 0.7 }, 1.6), /at most 0\.7, the limit here is 1\.5$/],
  ["a flood that is none", claim({ unit: "connections", least: 2000 }, 600), /at least 2000/],
  [
    "a count of which there is too little",
    claim({ unit: "requests", least: 1 }, 0),
    /at least 1, the limit here is 1$/,
  ],
  ["a count of connections", claim({ unit: "connections", worst: 10 }, 11), /at most 10, the limit here is 10$/],
  ["a time that is too short", claim({ least: 3 }, 2), /at least 3, the limit here is 3$/],
  ["what was not measured", claim({ unit: "requests", worst: 0 }), /not measured/],
])("%s does not", (_, broken, reason) => {
  expect(brokenHere(broken, "generous")).toEqual([expect.stringMatching(reason)]);
});

test("beside something else the clock says nothing, and counts say all", () => {
  expect(brokenHere(claim({ worst: 2 }, 60), "ignored")).toEqual([]);
  expect(brokenHere(claim({ unit: "connections", least: 2000 }, 1), "ignored")).toEqual([]);
  expect(brokenHere(claim({ unit: "rows", worst: 0 }, 1), "ignored")).toHaveLength(1);
  expect(brokenHere(claim({}), "ignored")).toHaveLength(1);
});
