/** Time as the cloud sees it: tests drive a clock of their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back after so many milliseconds; the answer cancels it. */
  after(milliseconds: number, then: () => void): () => void;
}

/** This computer's own time; tests bring one that they move themselves. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (milliseconds, then) => {
    const timer = setTimeout(then, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** A time of the clock in the API's form, e.g. `2026-11-24T08:00:00+00:00`. */
export function timestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "+00:00");
}
