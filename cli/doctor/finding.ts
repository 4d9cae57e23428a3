/** One thing that was looked at. */
export interface Finding {
  /** `problem`: an `up` would fail, or do harm. `note`: worth knowing. */
  readonly level: "ok" | "note" | "problem";
  /** e.g. `server type cx23 is not sold in nbg1` */
  readonly what: string;
  /** What to do about a problem: an order. */
  readonly fix?: string;
}

/** Something that is as it should be. */
export function ok(what: string): Finding {
  return { level: "ok", what };
}

/** Something worth knowing that stands in nobody's way. */
export function note(what: string): Finding {
  return { level: "note", what };
}

/** Something that an `up` would stumble over, with what to do about it. */
export function problem(what: string, fix: string): Finding {
  return { level: "problem", what, fix };
}
