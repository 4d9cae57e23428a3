/** Shows how long work takes and why: on a terminal, in a log, or not at all (tests). */
export interface Progress {
  /** One piece of work that a person waits for. */
  step<T>(step: Step, work: (say: (detail: string) => void) => Promise<T>): Promise<T>;
  /** A message without waiting. */
  note(line: string): void;
}

/** Work that a person waits for. */
export interface Step {
  /** What is done, e.g. `Building Pulumi 3.259.0 from Go modules`. */
  readonly title: string;
  /** Why it has to be waited for, e.g. `once, because there is no way to pulumi's download site`. */
  readonly why?: string;
  /** Seconds after which it fails. */
  readonly limit?: number;
}

/** Shows nothing. */
export const silent: Progress = {
  step: (_step, work) => work(() => undefined),
  note: () => undefined,
};
