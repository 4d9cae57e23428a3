import { measurement } from "../../../bench/result";
import { drills } from "../../../drills";
import { makeJournal, type Journal } from "../../../drills/frame/journal";
import { measuredPage } from "../../../drills/frame/measured";

const [killInstance] = drills;
if (!killInstance) throw new Error("there are no drills");
const machine = { processor: "Some CPU", cores: 2, memoryGiB: 24, kernel: "6.18.44-x" };
const common = { environment: "local cloud", date: new Date("2026-11-24T12:00:00Z"), machine } as const;

/** The cells of the row that begins with this text. */
function row(page: string, start: string): string[] {
  const line = page.split("\n").find((one) => one.startsWith(`| ${start}`));
  return (line ?? "").split("|").map((cell) => cell.trim());
}

function page(...journals: Journal[]): string {
  return measuredPage(journals, []);
}

test("a figure comes with its date, place, n, claim, median, worst and verdict", () => {
  const journal = makeJournal(killInstance, { ...common, runs: [{ failed: 0 }, { failed: 0 }] });
  expect(row(page(journal), "An instance is killed").slice(2, 10)).toEqual([
    ...["2026-11-24", "local cloud", "2", "GETs that failed", "0", "0", "0", "met"],
  ]);
});

test("a claim that is not met is as plain to see", () => {
  const journal = makeJournal(killInstance, { ...common, runs: [{ failed: 0 }, { failed: 4 }] });
  expect(row(page(journal), "An instance is killed").at(-2)).toBe("**not met**");
});

test("what was not shown to its end is not proven, and why stands below", () => {
  const stopped = { status: "aborted", reason: "2 masters" } as const;
  const text = page(makeJournal(killInstance, { ...common, runs: [{ failed: 0 }], stopped }));
  expect(row(text, "An instance is killed").at(-2)).toBe("not proven");
  expect(text).toContain("- An instance is killed: aborted, 2 masters");
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
    ...[what, "2026-11-24", "2 cores", "it", "3", "× 2", "× 1"],
  ]);
});

test("drills have names of their own, a limit in each claim, and time for their load", () => {
  expect(new Set(drills.map(({ name }) => name)).size).toBe(drills.length);
  for (const { claims, load, abortAfter, name } of drills) {
    expect(name).toMatch(/^[a-z-]+$/);
    // Beside the claims, figures may be told that nothing depends on.
    expect(claims.some(({ median, worst }) => (median ?? worst) !== undefined)).toBe(true);
    expect(abortAfter).toBeGreaterThan(load.duration);
  }
});
