import { formatSeconds, total, type Duration } from "../figures";
import type { Facts } from "../facts";
import type { Assessment, SinglePoint } from "../types";

/** Where nobody answers, HAProxy says so: it has no instance to ask. */
export const nobodyAnswers = "answered with 503 until then";

/** Instances of the whole stack other than one that failed. */
export function otherInstances({ blueprint }: Facts): number {
  return blueprint.instances.length - 1;
}

/** A stack with one instance stops with it. */
export function theOnlyInstance(facts: Facts): readonly SinglePoint[] {
  return otherInstances(facts) > 0
    ? []
    : [{ id: "instance", what: "the only instance of the app", because: "no other one can answer while it is away" }];
}

/** How many are left when one fails. */
export function instancesLeft(facts: Facts): Assessment["left"] {
  return { number: otherInstances(facts), of: facts.blueprint.instances.length, what: "instances" };
}

/**
 * Slow paths are exempt from repetition: their safe requests fare as the unsafe ones.
 *
 * @returns an ending for a sentence about safe requests
 */
export function exceptSlowPaths({ blueprint }: Facts): string {
  const { slowPaths } = blueprint.settings.app;
  return slowPaths.length > 0 ? `; those to ${slowPaths.join(", ")} fare like unsafe ones` : "";
}

/**
 * How long an unsafe request hangs at an instance that is gone: HAProxy cuts it when it gives the instance up, or when
 * its own time is over, if that is sooner.
 */
export function cutAfter({ haproxy }: Facts, left: Duration): string {
  return formatSeconds(Math.min(total(left), haproxy.unsafe.answer));
}

/** When an instance that has had one request for too long loses it. */
export function answerLimit({ haproxy }: Facts, kind: "safe" | "unsafe"): string {
  return formatSeconds(haproxy[kind].answer);
}
