import { drills } from "../../drills";
import { type DrillJournal, drillsOfTheReport } from "../../failures/measured";
import { linesOf } from "../../failures/render/entries";
import { drillJournals } from "../../cli/drillJournals";
import { settingsOf } from "../blueprint/source";
import { makeBlueprint } from "../../blueprint/blueprint";
import { makeReport } from "../../failures/report";
import { entryOf, options, reportOf } from "./stacks";

function journal(drill: string, metric: string, worst: number, more: Partial<DrillJournal> = {}): DrillJournal {
  const claim = { metric, text: "slowest answer", unit: metric === "failed" ? "requests" : "s" };
  return {
    drill,
    date: "2026-11-24T06:30:00.000Z",
    environment: "local cloud",
    status: "proven",
    claims: [{ ...claim, measured: { median: worst / 2, worst, n: 20 } }],
    ...more,
  };
}

test("a measurement is shown with its date, its n and where it was made", () => {
  const entry = entryOf(reportOf({}, { journals: [journal("hang-instance", "slowest", 1.6)] }), "instance-hang");
  const { text } = linesOf(entry).find(({ label }) => label === "Measured") ?? {};
  expect(text).toBe("slowest answer: median 0.8 s, worst 1.6 s (n = 20, 2026-11-24, local cloud)");
});

test("nothing measured: every time says so", () => {
  const { text = "" } = linesOf(entryOf(reportOf(), "instance-hang")).find(({ label }) => label === "Time") ?? {};
  expect(text).toContain("(estimated, not measured)");
});

test.each(["aborted", "not proven"])("a drill that ended as %s measured nothing", (status) => {
  const journals = [journal("hang-instance", "slowest", 1.6, { status })];
  expect(entryOf(reportOf({}, { journals }), "instance-hang").measured).toEqual([]);
});

test("what a pair did says nothing about a single load balancer", () => {
  const journals = [journal("active-power-loss", "longestGap", 0.9)];
  expect(entryOf(reportOf({}, { journals }), "load-balancer-machine").measured).toEqual([]);
  const pair = reportOf({ loadBalancers: 2 }, { journals });
  expect(entryOf(pair, "load-balancer-machine").measured).toHaveLength(1);
});

test("a measurement that breaks a promise is shown as what it is", () => {
  const journals = [journal("kill-instance", "failed", 3), journal("app-machine-cut-off", "slowest", 9)];
  const report = reportOf({ app: { timeouts: { safe: 1.5 } } }, { journals });
  expect(entryOf(report, "instance-crash").contradicted).toHaveLength(1);
  expect(entryOf(report, "app-machine").contradicted[0]).toContain("more than the 1.8 that is promised");
});

test.each([
  ["kill-postgresql", "lost", "database-process"],
  ["kill-pool", "lost", "connection-pool"],
  ["database-power-loss", "lost", "database-machine"],
  ["lose-database", "lostOld", "volume"],
  ["dropped-table", "missing", "dropped-table"],
  ["storage-away", "dropped", "backup-storage"],
] as const)("a row that the drill %s lost breaks a promise", (drill, metric, failure) => {
  const numbers = { database: { machines: 1, pool: true }, backup: {} };
  const contradicted = (worst: number) => {
    const journals = [journal(drill, metric, worst)];
    return entryOf(reportOf(numbers, { journals }), failure).contradicted;
  };
  expect(contradicted(0)).toEqual([]);
  expect(contradicted(1)).toHaveLength(1);
});

test("every drill that the report listens to is one that there is", () => {
  const names = drills.map(({ name }) => name);
  expect(drillsOfTheReport.filter((name) => !names.includes(name))).toEqual([]);
});

test("no drill that ran so far breaks what the report of the local stack promises", () => {
  const report = makeReport(makeBlueprint(settingsOf("local")), { ...options, journals: drillJournals() });
  expect(report.failures.flatMap(({ contradicted }) => contradicted)).toEqual([]);
});
