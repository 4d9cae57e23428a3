/** One mistake in the settings, described so that a person can correct it without reading code. */
export interface Problem {
  /** As it stands in `Pulumi.<stack>.yaml`, e.g. `holdfast:app.machines`. */
  readonly setting: string;
  /** What was written; absent when nothing was, or when it may be secret. */
  readonly value?: unknown;
  /** e.g. `is less than 1` */
  readonly wrong: string;
  readonly why: string;
  /** What to write or do instead: an order, e.g. `write a whole number from 1 to 3`. */
  readonly fix: string;
}

/** Settings that cannot be used. The message lists every problem, so that one run is enough to correct them all. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";

  constructor(
    stack: string,
    readonly problems: readonly Problem[],
  ) {
    super(describe(stack, problems));
  }
}

function describe(stack: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "One setting" : `${problems.length} settings`;
  return [
    `${count} of stack ${stack} cannot be used, so nothing was touched (Pulumi.${stack}.yaml):`,
    ...problems.map(describeProblem),
  ].join("\n\n");
}

/** Three lines: what is wrong, why, and what to do. */
export function describeProblem(problem: Problem): string {
  const value = problem.value === undefined ? "" : ` ${show(problem.value)}`;
  return `  ${problem.setting}:${value} ${problem.wrong}\n    Why: ${problem.why}\n    Fix: ${problem.fix}`;
}

/** A value as YAML people would recognise it, on one line, cut where it gets long. */
export function show(value: unknown): string {
  const plain = typeof value === "string" && /^[^\u0000-\u001f]+$/.test(value);
  const text = plain ? value : (JSON.stringify(value) ?? String(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
