import { drills } from "../../drills";
import { drilled, drillsOfTheReport } from "../../failures/drilled";
import { comparisons, type RecordedDrill } from "../../failures/measured";
import { linesOf } from "../../failures/render/entries";
import { readDrillResults } from "../../drills/frame/result";
import { settingsOf } from "../blueprint/source";
import { makeBlueprint } from "../../blueprint/blueprint";
import { makeReport } from "../../failures/report";
import { entryOf, options, reportOf, settingsFor } from "./stacks";

function result(drill: string, metric: string, worst: number, more: Partial<RecordedDrill> = {}): RecordedDrill {
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
  const entry = entryOf(reportOf({}, { results: [result("hang-instance", "slowest", 1.6)] }), "instance-hang");
  expect(linesOf(entry).find(({ label }) => label === "Measured")).toEqual({
    label: "Measured",
    text: "by the drill hang-instance (n = 20, 2026-11-24, local cloud)",
    items: ["slowest answer: median 0.8 s, worst 1.6 s"],
  });
});

test("two drills of one failure are told apart, and what was the same each time is said once", () => {
  const results = [result("app-machine-power-loss", "failed", 0), result("app-machine-cut-off", "slowest", 1.6)];
  const lines = linesOf(entryOf(reportOf({}, { results }), "app-machine")).filter(({ label }) => label === "Measured");
  expect(lines.map(({ text, items }) => [text.split(" (")[0], items])).toEqual([
    ["by the drill app-machine-power-loss", ["slowest answer: 0"]],
    ["by the drill app-machine-cut-off", ["slowest answer: median 0.8 s, worst 1.6 s"]],
  ]);
});

test("nothing measured: every time says so", () => {
  const { text = "" } = linesOf(entryOf(reportOf(), "instance-hang")).find(({ label }) => label === "Time") ?? {};
  expect(text).toContain("(estimated, not measured)");
});

test.each(["aborted", "not proven"])("a drill that ended as %s measured nothing", (status) => {
  const results = [result("hang-instance", "slowest", 1.6, { status })];
  expect(entryOf(reportOf({}, { results }), "instance-hang").measured).toEqual([]);
});

test("what a pair did says nothing about a single load balancer", () => {
  const results = [result("active-power-loss", "longestGap", 0.9)];
  expect(entryOf(reportOf({}, { results }), "load-balancer-machine").measured).toEqual([]);
  const pair = reportOf({ loadBalancers: 2 }, { results });
  expect(entryOf(pair, "load-balancer-machine").measured).toHaveLength(1);
});

test("a measurement that breaks a promise is shown as what it is", () => {
  const results = [result("kill-instance", "failed", 3), result("app-machine-cut-off", "slowest", 9)];
  const report = reportOf({ app: { timeouts: { safe: 1.5 } } }, { results });
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
    const results = [result(drill, metric, worst)];
    return entryOf(reportOf(numbers, { results }), failure).contradicted;
  };
  expect(contradicted(0)).toEqual([]);
  expect(contradicted(1)).toHaveLength(1);
});

test("every drill that the report listens to is one that there is", () => {
  const names = drills.map(({ name }) => name);
  expect(drillsOfTheReport.filter((name) => !names.includes(name))).toEqual([]);
});

/** What of each drill the report answers for, on a stack that has everything that a drill may break. */
const compared: Readonly<Record<string, readonly string[]>> = {
  "kill-instance": ["failed"],
  "hang-instance": ["failed", "slowest", "backAfter"],
  "app-machine-power-loss": ["failed", "slowest"],
  "app-machine-cut-off": ["failed", "slowest"],
  "active-power-loss": ["longestGap"],
  "kill-haproxy": ["longestGap"],
  "kill-postgresql": ["away", "lost", "unexpected"],
  "kill-pool": ["away", "lost", "unexpected"],
  // How long a machine is away is not known, and no time is promised.
  "database-power-loss": ["lost", "unexpected"],
  "lose-database": ["lostOld", "unexpected"],
  "dropped-table": ["missing", "extra", "lost"],
  "storage-away": ["away", "lost", "unexpected", "dropped"],
  "release-never-healthy": ["failed", "others", "accepted"],
  "release-crashes": ["failed", "others", "accepted"],
  "api-outage": ["moved", "failed"],
  "request-flood": ["failed"],
  "slow-headers": ["failed"],
};

const everything = makeBlueprint(
  settingsFor({
    loadBalancers: 2,
    app: { timeouts: { safe: 1.5 } },
    database: { machines: 1, pool: true },
    backup: {},
  }),
);
const contradictedBy = (results: readonly RecordedDrill[], blueprint = everything) =>
  makeReport(blueprint, { ...options, results }).failures.flatMap(({ contradicted }) => contradicted);

test("the table above has every drill of the report", () => {
  expect(Object.keys(compared)).toEqual(drillsOfTheReport);
});

describe.each(Object.entries(compared))("the recorded drill %s", (drill, metrics) => {
  const recorded = readDrillResults().find((one) => one.drill === drill);
  if (!recorded) throw new Error(`drills/results has no ${drill}`);
  const comparisonsOf = (one: RecordedDrill) =>
    makeReport(everything, { ...options, results: [one] }).failures.flatMap((entry) =>
      comparisons(entry, entry.measured),
    );
  /** The same result, with another figure for one metric. */
  const withWorst = (metric: string, worst: number): RecordedDrill => ({
    ...recorded,
    claims: recorded.claims.map((claim) =>
      claim.metric === metric && claim.measured ? { ...claim, measured: { ...claim.measured, worst } } : claim,
    ),
  });

  test("is compared with what is promised about the same", () => {
    expect(comparisonsOf(recorded).map(({ measurement }) => measurement.metric)).toEqual(metrics);
  });

  test("breaks nothing that is promised, neither by everything that there may be nor by the local stack", () => {
    expect(contradictedBy([recorded])).toEqual([]);
    expect(contradictedBy([recorded], makeBlueprint(settingsOf("local")))).toEqual([]);
  });

  test.each(metrics)("would break a promise with a worse %s, and not with one at its limit", (metric) => {
    const { most } = found(comparisonsOf(recorded), ({ measurement }) => measurement.metric === metric);
    expect(contradictedBy([withWorst(metric, most)])).toEqual([]);
    const { text } = found(recorded.claims, (claim) => claim.metric === metric);
    expect(contradictedBy([withWorst(metric, most + 0.01)])).toEqual([
      expect.stringContaining(`${text} was ${most + 0.01} in the drill ${drill}, more than`),
    ]);
  });

  test("is held to no less than the drill's own claim", () => {
    for (const { measurement, most } of comparisonsOf(recorded)) {
      const { worst = NaN } = found(recorded.claims, ({ metric }) => metric === measurement.metric);
      expect(most).toBeLessThanOrEqual(worst + (measurement.unit === "s" ? 0.25 : 0));
    }
  });
});

test("a rest is given only for what the report calls not known", () => {
  for (const [drill, { failure, rest }] of Object.entries(drilled)) {
    if (!rest) continue;
    const { back, time } = entryOf(makeReport(everything, options), failure);
    const times = "backAfter" in rest ? back : time;
    expect([drill, times?.duration.unknown]).not.toEqual([drill, []]);
  }
});

function found<T>(list: readonly T[], wanted: (one: T) => boolean): T {
  const one = list.find(wanted);
  if (!one) throw new Error("it is not in the list");
  return one;
}
