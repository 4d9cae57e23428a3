import fc from "fast-check";
import {
  isStateBehind,
  type KnownRelease,
  lineOf,
  planRollback,
  type Rollout,
  rolledOutSince,
  type StackReleases,
} from "../../../cli/rollback/plan";

/** `1.0` is a release whose checksum is its number. */
function release(version: string): KnownRelease {
  return { label: `shop ${version}`, sha256: `sha-${version}` };
}

let minute = 0;
/** One line of a log: `app-1 1.0`, or `app-1 1.1 failed`. */
function logOf(...lines: string[]): Rollout[] {
  return lines.map((line) => {
    const [machine = "", version = "", failed] = line.split(" ");
    const date = new Date(Date.UTC(2026, 10, 24, 10, (minute += 1))).toISOString();
    return { date, machine, to: release(version), applied: failed === undefined };
  });
}

const first = ["app-1 1.0", "app-2 1.0"];
const second = [...first, "app-1 1.1", "app-2 1.1"];

function plan(
  requested: string | undefined,
  runs: readonly (string | undefined)[],
  log: readonly string[],
  change: Partial<StackReleases> = {},
): string {
  const machines = runs.map((version, index) => ({
    name: `app-${String(index + 1)}`,
    runs: version === undefined ? undefined : `sha-${version}`,
  }));
  const situation = { requested: requested === undefined ? undefined : release(requested), attempted: true, machines };
  const result = planRollback({ ...situation, rollouts: logOf(...log), ...change });
  return result.kind === "nothing" ? "nothing" : `${result.kind} ${result.to.label.slice("shop ".length)}`;
}

test.each([
  ["after a roll-out: the release before it", "1.1", ["1.1", "1.1"], second, "back 1.0"],
  ["half-way through a roll-out", "1.1", ["1.1", "1.0"], [...first, "app-1 1.1"], "back 1.0"],
  ["after one that failed on the first machine", "1.1", ["1.0", "1.0"], [...first, "app-1 1.1 failed"], "back 1.0"],
  ["after one that ended before it reached a machine", "1.1", ["1.0", "1.0"], first, "back 1.0"],
  ["when what the settings name cannot be had", undefined, ["1.0", "1.0"], first, "back 1.0"],
  ["half-way through a rollback: on with it", "1.0", ["1.0", "1.1"], [...second, "app-1 1.0"], "finish 1.0"],
  ["a rollback that ended before it reached a machine: on with it", "1.0", ["1.1", "1.1"], second, "finish 1.0"],
  ["after the first roll-out: nothing", "1.0", ["1.0", "1.0"], first, "nothing"],
  [
    "after a rollback: not to what was taken back",
    "1.0",
    ["1.0", "1.0"],
    [...second, "app-1 1.0", "app-2 1.0"],
    "nothing",
  ],
  [
    "after a rollback and another roll-out: past what was taken back",
    "1.2",
    ["1.2", "1.2"],
    [...second, "app-1 1.0", "app-2 1.0", "app-1 1.2", "app-2 1.2"],
    "back 1.0",
  ],
  [
    "past a release that never got to all machines",
    "1.2",
    ["1.2", "1.2"],
    [...first, "app-1 1.1", "app-1 1.2", "app-2 1.2"],
    "back 1.0",
  ],
  ["with a machine that says nothing", "1.1", [undefined, "1.1"], second, "back 1.0"],
  ["with a machine that came later", "1.1", ["1.1", "1.1", "1.1"], [...second, "app-3 1.1"], "back 1.0"],
])("%s", (_when, requested, runs, log, expected) => {
  expect(plan(requested, runs, log)).toBe(expected);
});

test("a folder that was edited since its roll-out: what runs is taken back, not the edit", () => {
  expect(plan("edited", ["1.1", "1.1"], second, { attempted: false })).toBe("back 1.0");
  expect(plan("edited", ["1.1", "1.1"], second, { attempted: true })).toBe("back 1.1");
});

test("nothing was ever rolled out: nothing", () => {
  expect(plan("1.0", [], [])).toBe("nothing");
  expect(plan(undefined, [undefined], [])).toBe("nothing");
});

test("without checksums releases are told apart by what they are called", () => {
  const rollouts = logOf(...second).map((one) => ({ ...one, to: { label: one.to.label } }));
  const machines = [{ name: "app-1", runs: "sha-1.1" }];
  expect(planRollback({ requested: release("1.1"), attempted: true, machines, rollouts })).toEqual({
    kind: "back",
    to: { label: "shop 1.0" },
  });
});

test("all machines finished a rollback by themselves, but Pulumi does not know it: on with it", () => {
  const rollouts = logOf(...second, "app-1 1.0", "app-2 1.0");
  const machines = [
    { name: "app-1", runs: "sha-1.0", recorded: "sha-1.0" },
    { name: "app-2", runs: "sha-1.0", recorded: "sha-1.1" },
  ];
  expect(planRollback({ requested: release("1.0"), attempted: true, machines, rollouts })).toMatchObject({
    kind: "finish",
  });
  expect(isStateBehind(machines)).toBe(true);
  expect(isStateBehind(machines.slice(0, 1))).toBe(false);
});

test("a log that begins in the middle knows what was there before", () => {
  const [rollout] = logOf("app-1 1.1");
  const rollouts = rollout ? [{ ...rollout, from: "shop 1.0" }] : [];
  const machines = [{ name: "app-1", runs: "sha-1.1" }];
  expect(planRollback({ requested: release("1.1"), attempted: true, machines, rollouts })).toEqual({
    kind: "back",
    to: { label: "shop 1.0" },
  });
});

test("what was tried since counts as well: its migration may have run", () => {
  const rollouts = logOf(...first, "app-1 1.1 failed", "app-1 1.2", "app-2 1.2", "app-1 1.1 failed");
  expect(rolledOutSince(release("1.0"), rollouts).map(({ label }) => label)).toEqual(["shop 1.1", "shop 1.2"]);
  expect(rolledOutSince(release("1.2"), rollouts).map(({ label }) => label)).toEqual(["shop 1.1"]);
});

test("called again after it was cut anywhere, it leads to the same release", () => {
  const versions = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(versions, fc.integer({ min: 1, max: 4 }), fc.nat(), (numbers, count, cut) => {
      const names = Array.from({ length: count }, (_, index) => `app-${String(index + 1)}`);
      const full = numbers.flatMap((number) => names.map((name) => `${name} ${String(number)}`));
      const target = String(numbers.at(-2));
      const newest = String(numbers.at(-1));
      expect(
        plan(
          newest,
          names.map(() => newest),
          full,
        ),
      ).toBe(`back ${target}`);
      const reached = cut % count;
      const runs = names.map((_, index) => (index < reached ? target : newest));
      const log = [...full, ...names.slice(0, reached).map((name) => `${name} ${target}`)];
      expect(plan(target, runs, log)).toBe(`finish ${target}`);
    }),
  );
});

test("the line never has a release twice", () => {
  const lines = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 4 })), { maxLength: 30 });
  fc.assert(
    fc.property(lines, (entries) => {
      const line = lineOf(logOf(...entries.map(([machine, version]) => `app-${String(machine)} ${String(version)}`)));
      expect(new Set(line.map(({ label }) => label)).size).toBe(line.length);
    }),
  );
});
