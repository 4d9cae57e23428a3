/** One call of the API, as `GET /_local/calls` shows it. Never holds bodies or headers: they carry secrets. */
export interface CallRecord {
  /** When it came, e.g. `2026-11-24T08:00:00.123Z` */
  readonly time: string;
  readonly method: string;
  readonly path: string;
  /** As the contract calls it; `null` for a path that it does not know. */
  readonly operation: string | null;
  /** `null`: no answer was given. */
  readonly status: number | null;
  /** Milliseconds */
  readonly duration: number;
}

/** The last calls, the newest last. */
export class CallLog {
  private readonly calls: CallRecord[] = [];

  constructor(private readonly limit = 1000) {}

  add(call: CallRecord): void {
    this.calls.push(call);
    if (this.calls.length > this.limit) this.calls.shift();
  }

  all(): readonly CallRecord[] {
    return this.calls;
  }
}
