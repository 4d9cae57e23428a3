import { measurement } from "../../drills/frame/benchResult";
import { drills } from "../../drills";
import { makeResult, type DrillResult } from "../../drills/frame/result";
import { measuredPage } from "../../drills/measuredPage";

const [killInstance] = drills;
if (!killInstance) throw new Error("there are no drills");
const machine = { processor: "Some CPU", cores: 2, memoryGiB: 24, kernel: "6.18.44-x" };
const common = { environment: "local cloud", date: new Date("2026-11-24T12:00:00Z"), machine } as const;

/** The cells of the row that begins with this text. */
function row(page: string, start: string): string[] {
  const line = page.split("\n").find((one) => one.startsWith(`| ${start}`));
  return (line ?? "").split("|").map((cell) => cell.trim());
}

function page(...results: DrillResult[]): string {
  return measuredPage(results, []);
}

test("a figure comes with its date, place, n, claim, median, worst and verdict", () => {
  const result = makeResult(killInstance, { ...common, runs: [{ failed: 0 }, { failed: 0 }] });
  expect(row(page(result), "An instance is killed").slice(2, 10)).toEqual([
    ...["2026-11-24", "local cloud", "2", "GETs that failed", "0", "0", "0", "met"],
  ]);
});

test("a claim that is not met is as plain to see", () => {
  const result = makeResult(killInstance, { ...common, runs: [{ failed: 0 }, { failed: 4 }] });
  expect(row(page(result), "An instance is killed").at(-2)).toBe("**not met**");
});

test("what was not shown to its end is not proven, and why stands below", () => {
  const stopped = { status: "aborted", reason: "2 masters" } as const;
  const text = page(makeResult(killInstance, { ...common, runs: [{ failed: 0 }], stopped }));
  expect(row(text, "An instance is killed").at(-2)).toBe("not proven");
  expect(text).toContain("- An instance is killed: aborted, 2 masters");
});

test("a lower limit is told as one", () => {
  const flood = { ...killInstance, claims: [{ metric: "sent", text: "sent", unit: "ratio", least: 50 }] } as const;
  const text = page(makeResult(flood, { ...common, runs: [{ sent: 52 }, { sent: 49 }] }));
  expect(row(text, "An instance is killed").slice(6, 10)).toEqual(["≥ × 50", "× 52", "× 49", "**not met**"]);
});

test("below stand what visitors sent, and how long the API took", () => {
  const load = { rate: 300, duration: 1, posts: 0.1, connections: "mixed" } as const;
  const api = { assignFloatingIp: 0.3, factor: 1 };
  const [, how = ""] = page(makeResult({ ...killInstance, load }, { ...common, api, runs: [] })).split("## How");
  expect(row(how, "An instance is killed").slice(3, 5)).toEqual([
    "300/s, fresh and keep-alive connections in turn, 10 % POSTs",
    "0.3 s (delays × 1)",
  ]);
});

test("no results make no table", () => {
  expect(page()).toContain("No drill yet.");
});

test("benchmarks stand below, with the computer that measured", () => {
  const what = "Something quick";
  const circumstances = { date: common.date.toISOString(), machine: "2 cores", node: "v20" };
  const result = {
    name: "some",
    what,
    measurements: { it: measurement([1, 3, 2], "ratio", "lowest") },
    ...circumstances,
  };
  expect(row(measuredPage([], [result]), what).slice(1, -1)).toEqual([
    ...[what, "2026-11-24", "local cloud", "2 cores", "it", "3", "× 2", "× 1"],
  ]);
});

test("drills have names of their own, a limit in each claim, and time for their load", () => {
  expect(new Set(drills.map(({ name }) => name)).size).toBe(drills.length);
  for (const { claims, load, abortAfter, name } of drills) {
    expect(name).toMatch(/^[a-z-]+$/);
    // Beside the claims, figures may be told that nothing depends on.
    expect(claims.some(({ median, worst, least }) => (median ?? worst ?? least) !== undefined)).toBe(true);
    expect(abortAfter).toBeGreaterThan(load.duration);
  }
});
