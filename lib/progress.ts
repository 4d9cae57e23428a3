/** How long work lasts and why is shown by whoever runs it: a terminal, a log, or nobody (tests). */
export interface Progress {
  /** One piece of work that a person waits for. */
  step<T>(step: Step, work: (say: (detail: string) => void) => Promise<T>): Promise<T>;
  /** Something worth knowing that is not waited for. */
  note(line: string): void;
}

/** Something that somebody waits for. */
export interface Step {
  /** What is done, e.g. `Building Pulumi 3.259.0 from Go modules`. */
  readonly title: string;
  /** Why it has to be waited for, e.g. `once, because there is no way to pulumi's download site`. */
  readonly why?: string;
  /** Seconds after which it is given up. */
  readonly limit?: number;
}

/** Shows nothing. */
export const silent: Progress = {
  step: (_step, work) => work(() => undefined),
  note: () => undefined,
};
