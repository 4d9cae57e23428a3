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
  readonly to: KnownRelease;
  /** Whether the machine had it when all was done; otherwise it put its old release back. */
  readonly applied: boolean;
}

export interface Situation {
  /** What the settings name; undefined when it cannot be had. */
  readonly wished?: KnownRelease;
  /** Whether somebody has begun to roll out what the settings name: a folder may have been edited since. */
  readonly attempted: boolean;
  /** App machines that answered, and the SHA-256 of what they run now. */
  readonly machines: readonly { readonly name: string; readonly runs?: string }[];
  /** Of all machines, in any order. */
  readonly rollouts: readonly Rollout[];
}

export type Plan =
  /** `finish`: a way back that was begun, and not ended. */
  { readonly kind: "back" | "finish"; readonly to: KnownRelease } | { readonly kind: "nothing" };

export function isSame(a: KnownRelease, b: KnownRelease): boolean {
  return a.sha256 !== undefined && b.sha256 !== undefined ? a.sha256 === b.sha256 : a.label === b.label;
}

/** Whether a machine that runs this content may run that release. */
function mayBe({ sha256 }: KnownRelease, runs: string): boolean {
  return sha256 === undefined || sha256 === runs;
}

/**
 * Where a rollback leads to: the release before the one that the stack runs or tries to roll out. Called again after it
 * was cut, it leads to the same release.
 */
export function planRollback({ wished, attempted, machines, rollouts }: Situation): Plan {
  const line = lineOf(rollouts);
  const complete = line.filter((release) => wasEverywhere(release, rollouts));
  const last = complete.at(-1) ?? line.at(-1);
  const begun = wished !== undefined && line.some((release) => isSame(release, wished));
  // A folder that was edited since its last roll-out: what runs is what is to be taken back.
  const current = wished && !begun && !attempted ? line.at(-1) : wished;
  const index = current ? line.findIndex((release) => isSame(release, current)) : -1;
  if (!current || index < 0) return last ? { kind: "back", to: last } : { kind: "nothing" };

  const before = line.slice(0, index);
  const known = [...before, current];
  const newer = machines.some(({ runs }) => runs !== undefined && !known.some((release) => mayBe(release, runs)));
  if (newer && wished && isSame(current, wished)) return { kind: "finish", to: current };
  const to = complete.filter((release) => before.includes(release)).at(-1) ?? before.at(-1);
  return to ? { kind: "back", to } : { kind: "nothing" };
}

/**
 * The releases that lead to the one that runs, the oldest first. Going back to one of them takes those after it out: they
 * were taken back, and nobody wants to go back to them.
 */
export function lineOf(rollouts: readonly Rollout[]): KnownRelease[] {
  const line: KnownRelease[] = [];
  for (const { to, applied } of inOrder(rollouts)) {
    if (!applied) continue;
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
