/** How many tests, or checks, passed. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  /** What did not run, and why where that is known. */
  readonly skipped: readonly string[];
}

export const NOTHING: Outcome = { passed: 0, failed: 0, skipped: [] };

export function sum(outcomes: readonly Outcome[]): Outcome {
  return outcomes.reduce(
    (total, one) => ({
      passed: total.passed + one.passed,
      failed: total.failed + one.failed,
      skipped: [...total.skipped, ...one.skipped],
    }),
    NOTHING,
  );
}

/** The last line of a run; whoever reads it needs no other. */
export function line({ passed, failed }: Outcome): string {
  return `${passed} passed, ${failed} failed`;
}

/** What Jest says in its JSON report, as far as it counts. */
export interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** Files that could not be run at all, e.g. because they do not compile: none of their tests is counted elsewhere. */
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

export function outcomeOfJest(report: JestReport): Outcome {
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .filter(({ status }) => ["pending", "skipped", "todo", "disabled"].includes(status))
      .map(({ fullName }) => fullName),
  };
}
