/** One release, as machines and settings know it. */
export interface KnownRelease {
  /** e.g. `guestbook 1.4.0` */
  readonly label: string;
  /** Of its tar, in hexadecimal; roll-out logs of older programs have none. */
  readonly sha256?: string;
}

/** One line of a machine's roll-out log. */
export interface Rollout {
  /** ISO 8601, UTC. */
  readonly date: string;
  readonly machine: string;
  /** What it was called that the machine had before; absent on a new machine. */
  readonly from?: string;
  readonly to: KnownRelease;
  /** Whether the machine had it when all was done; otherwise it put its old release back. */
  readonly applied: boolean;
}

/** One app machine; both are SHA-256 of a release. */
export interface MachineReleases {
  readonly name: string;
  /** What it says that it runs; undefined when it says nothing. */
  readonly runs?: string;
  /** What Pulumi's state says of it, which a cut update may have left behind. */
  readonly recorded?: string;
}

/** Everything that a rollback is decided from. */
export interface StackReleases {
  /** What the settings name; undefined when it cannot be had. */
  readonly requested?: KnownRelease;
  /** Whether somebody has begun to roll out what the settings name: a folder may have been edited since. */
  readonly attempted: boolean;
  readonly machines: readonly MachineReleases[];
  /** Of all machines, in any order. */
  readonly rollouts: readonly Rollout[];
}

/** What a rollback would do, or why it cannot. */
export type Plan =
  /** `finish`: a way back that was begun, and not ended. */
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
 * Whether Pulumi's state knows less than the machines: a machine finishes what a killed `pulumi` had begun, and nobody
 * notes it. Then an update would take for done what is not.
 */
export function isStateBehind(machines: readonly MachineReleases[]): boolean {
  return machines.some(({ runs, recorded }) => runs !== undefined && runs !== recorded);
}

/**
 * Where a rollback leads to: the release before the one that the stack runs or tries to roll out. Called again after it
 * was cut, it leads to the same release.
 */
export function planRollback({ requested, attempted, machines, rollouts }: StackReleases): Plan {
  const line = lineOf(rollouts);
  const complete = line.filter((release) => wasEverywhere(release, rollouts));
  const last = complete.at(-1) ?? line.at(-1);
  const begun = requested !== undefined && line.some((release) => isSame(release, requested));
  // A folder that was edited since its last roll-out: what runs is what is to be taken back.
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
 * The releases that lead to the one that runs, the oldest first. Going back to one of them takes those after it out: they
 * were taken back, and nobody wants to go back to them.
 */
export function lineOf(rollouts: readonly Rollout[]): KnownRelease[] {
  const line: KnownRelease[] = [];
  for (const { from, to, applied } of inOrder(rollouts)) {
    if (!applied) continue;
    // A log that begins in the middle still knows what was there before.
    if (line.length === 0 && from !== undefined && from !== to.label) line.push({ label: from });
    const index = line.findIndex((release) => isSame(release, to));
    if (index >= 0) line.length = index + 1;
    else line.push(to);
  }
  return line;
}

/** A release that got no further than some of the machines that were there is nothing to go back to. */
function wasEverywhere(release: KnownRelease, rollouts: readonly Rollout[]): boolean {
  const ordered = inOrder(rollouts.filter(({ applied }) => applied));
  const first = ordered.findIndex(({ to }) => isSame(to, release));
  const before = new Set(ordered.slice(0, first).map(({ machine }) => machine));
  const on = new Set(ordered.filter(({ to }) => isSame(to, release)).map(({ machine }) => machine));
  return [...before].every((machine) => on.has(machine));
}

/** What was rolled out, or tried, since a release was rolled out last: its migrations may have run. */
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
