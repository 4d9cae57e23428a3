/** One release, as machines and settings know it. */
export interface KnownRelease {
  /** e.g. `guestbook 1.4.0` */
  readonly label: string;
  /** SHA-256 of its tar, in hexadecimal. Undefined where a log does not have it. */
  readonly sha256?: string;
}

/** One line of a machine's roll-out log. */
export interface Rollout {
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly machine: string;
  /** The label of the release before; absent on a new machine. */
  readonly from?: string;
  readonly to: KnownRelease;
  /** Whether the machine runs it now. Otherwise the machine put its old release back. */
  readonly applied: boolean;
}

/** One app machine; both are SHA-256 of a release. */
export interface MachineReleases {
  readonly name: string;
  /** By its own answer; undefined if it gave none. */
  readonly runs?: string;
  /** By Pulumi's state, which an interrupted update may have left behind. */
  readonly recorded?: string;
}

/** Everything that the plan of a rollback needs. */
export interface StackReleases {
  /** The release in the settings; undefined if it cannot be read. */
  readonly requested?: KnownRelease;
  /** Whether its roll-out began. Of a folder that is not certain: it may have been edited since. */
  readonly attempted: boolean;
  readonly machines: readonly MachineReleases[];
  /** Of all machines, in any order. */
  readonly rollouts: readonly Rollout[];
}

/** What a rollback would do, or why it cannot. */
export type Plan =
  /** `finish`: a rollback that began earlier and did not end. */
  { readonly kind: "back" | "finish"; readonly to: KnownRelease } | { readonly kind: "nothing" };

/** By checksum where both are known, else by version. */
export function isSame(a: KnownRelease, b: KnownRelease): boolean {
  return a.sha256 !== undefined && b.sha256 !== undefined ? a.sha256 === b.sha256 : a.label === b.label;
}

/** Whether this content may be that release. */
function mayBe(release: KnownRelease, sha256: string): boolean {
  return release.sha256 === undefined || release.sha256 === sha256;
}

/**
 * Whether Pulumi's state is behind the machines: a machine finishes a roll-out whose `pulumi` was killed, and the
 * state does not show it. An update without a refresh would then change nothing.
 */
export function isStateBehind(machines: readonly MachineReleases[]): boolean {
  return machines.some(({ runs, recorded }) => runs !== undefined && runs !== recorded);
}

/**
 * The target of a rollback: the release before the one that the stack runs or tries to roll out. A rollback that is
 * run again after an interruption gets the same target.
 */
export function planRollback({ requested, attempted, machines, rollouts }: StackReleases): Plan {
  const line = lineOf(rollouts);
  const complete = line.filter((release) => wasEverywhere(release, rollouts));
  const last = complete.at(-1) ?? line.at(-1);
  const begun = requested !== undefined && line.some((release) => isSame(release, requested));
  // A folder was edited after its last roll-out: the release that runs is the one to take back.
  const current = requested && !begun && !attempted ? line.at(-1) : requested;
  const index = current ? line.findIndex((release) => isSame(release, current)) : -1;
  if (!current || index < 0) return last ? { kind: "back", to: last } : { kind: "nothing" };

  const before = line.slice(0, index);
  const known = [...before, current];
  const newer = machines
    .flatMap(({ runs, recorded }) => [runs, recorded])
    .some((sha256) => sha256 !== undefined && !known.some((release) => mayBe(release, sha256)));
  if (newer && requested && isSame(current, requested)) return { kind: "finish", to: current };
  const to = complete.filter((release) => before.includes(release)).at(-1) ?? before.at(-1);
  return to ? { kind: "back", to } : { kind: "nothing" };
}

/**
 * The releases that lead to the one that runs, the oldest first. A rollback to one of them removes those after it, so
 * that no later rollback leads there.
 */
export function lineOf(rollouts: readonly Rollout[]): KnownRelease[] {
  const line: KnownRelease[] = [];
  for (const { from, to, applied } of inOrder(rollouts)) {
    if (!applied) continue;
    // The first entry of a shortened log still names the release before it.
    if (line.length === 0 && from !== undefined && from !== to.label) line.push({ label: from });
    const index = line.findIndex((release) => isSame(release, to));
    if (index >= 0) line.length = index + 1;
    else line.push(to);
  }
  return line;
}

/** Whether all machines of that time got the release. Otherwise it is no target of a rollback. */
function wasEverywhere(release: KnownRelease, rollouts: readonly Rollout[]): boolean {
  const ordered = inOrder(rollouts.filter(({ applied }) => applied));
  const first = ordered.findIndex(({ to }) => isSame(to, release));
  const before = new Set(ordered.slice(0, first).map(({ machine }) => machine));
  const on = new Set(ordered.filter(({ to }) => isSame(to, release)).map(({ machine }) => machine));
  return [...before].every((machine) => on.has(machine));
}

/** The releases that were rolled out, or tried, after a release: their migrations may have run. */
export function rolledOutSince(target: KnownRelease, rollouts: readonly Rollout[]): KnownRelease[] {
  const ordered = inOrder(rollouts);
  const last = ordered.findLastIndex(({ to, applied }) => applied && isSame(to, target));
  const since = ordered.slice(last + 1).map(({ to }) => to);
  return since.filter(
    (release, index) => !isSame(release, target) && since.findIndex((other) => isSame(other, release)) === index,
  );
}

function inOrder(rollouts: readonly Rollout[]): Rollout[] {
  return [...rollouts].sort((a, b) => Date.parse(a.date) - Date.parse(b.date));
}
