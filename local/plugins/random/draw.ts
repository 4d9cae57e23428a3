import { createHmac, randomInt } from "node:crypto";

/** Draws an integer from 0 up to, not including, `limit`. */
export type Draw = (limit: number) => number;

/** Unpredictable: for everything that nobody may guess. */
export const secureDraw: Draw = (limit) => randomInt(limit);

/**
 * The same numbers for the same seed, evenly distributed: for values that a program wants to get again. (The official
 * plugin draws other numbers from the same seed.)
 */
export function seededDraw(seed: string): Draw {
  let counter = 0;
  return (limit) => {
    const largest = 2 ** 48 - (2 ** 48 % limit);
    for (;;) {
      const number = createHmac("sha256", seed).update(String(counter++)).digest().readUIntBE(0, 6);
      if (number < largest) return number % limit;
    }
  };
}

/** A shuffled copy (Fisher and Yates). */
export function shuffled<T>(values: readonly T[], draw: Draw): T[] {
  const copy = [...values];
  for (let last = copy.length - 1; last > 0; last--) {
    const other = draw(last + 1);
    [copy[last], copy[other]] = [copy[other], copy[last]];
  }
  return copy;
}
