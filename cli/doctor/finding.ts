/** One thing that was looked at. */
export interface Finding {
  /** `problem`: an `up` would fail, or do harm. `note`: worth knowing. */
  readonly level: "ok" | "note" | "problem";
  /** e.g. `server type cx23 is not sold in nbg1` */
  readonly what: string;
  /** What to do about a problem: an order. */
  readonly fix?: string;
}

export function ok(what: string): Finding {
  return { level: "ok", what };
}

export function note(what: string): Finding {
  return { level: "note", what };
}

export function problem(what: string, fix: string): Finding {
  return { level: "problem", what, fix };
}
