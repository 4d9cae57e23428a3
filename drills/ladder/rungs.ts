import { ladder, sectionsOf } from "../../failures/ladder";

/** One `pulumi up` of the climb. */
export interface Step {
  /** e.g. `up to: a load balancer` */
  readonly name: string;
  /** What measurements of it are called, e.g. `3 up`. */
  readonly key: string;
  readonly settings: ReturnType<typeof sectionsOf>;
}

/** The settings of the rung with this place in the ladder, from 0. */
export function settingsOf(place: number): Step["settings"] {
  return sectionsOf(rungAt(place));
}

/** All the way up, and back to where it began. */
export const steps: readonly Step[] = [
  ...ladder.slice(1).map((_, index) => step("up", index + 1)),
  ...ladder.slice(0, -1).map((_, index) => step("down", ladder.length - 2 - index)),
];

function step(way: "up" | "down", place: number): Step {
  return { name: `${way} to: ${rungAt(place).name}`, key: `${place} ${way}`, settings: settingsOf(place) };
}

function rungAt(place: number) {
  const rung = ladder[place];
  if (!rung) throw new RangeError(`the ladder has ${ladder.length} rungs, and no ${place}`);
  return rung;
}
