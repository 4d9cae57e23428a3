import type { Restart } from "../../roles/restart";
import { formatSeconds, total, type Duration } from "../figures";
import type { Facts } from "../facts";
import type { Assessment, SinglePoint } from "../types";

/** What HAProxy does with requests while no instance can answer. */
export const nobodyAnswers = "answered with 503 until then";

/** Instances of the whole stack other than one that failed. */
export function otherInstances({ blueprint }: Facts): number {
  return blueprint.instances.length - 1;
}

/** In a stack with one instance, that instance is a single point of failure. */
export function theOnlyInstance(facts: Facts): readonly SinglePoint[] {
  return otherInstances(facts) > 0
    ? []
    : [{ id: "instance", what: "the only instance of the app", because: "no other one can answer while it is down" }];
}

/** How many are left when one fails. */
export function instancesLeft(facts: Facts): Assessment["left"] {
  return { number: otherInstances(facts), of: facts.blueprint.instances.length, what: "instances" };
}

/**
 * HAProxy does not repeat requests to slow paths, not even safe ones.
 *
 * @returns an ending for a sentence about safe requests
 */
export function exceptSlowPaths({ blueprint }: Facts): string {
  const { slowPaths } = blueprint.settings.app;
  return slowPaths.length > 0 ? `; requests to ${slowPaths.join(", ")} are treated like unsafe ones` : "";
}

/**
 * How long an unsafe request hangs at an instance that is gone: HAProxy cuts it when it gives the instance up, or when
 * its own time is over, if that is sooner.
 */
export function cutAfter({ haproxy }: Facts, left: Duration): string {
  return formatSeconds(Math.min(total(left), haproxy.unsafe.answer));
}

/** How long HAProxy waits for an instance's answer. */
export function answerLimit({ haproxy }: Facts, kind: "safe" | "unsafe"): string {
  return formatSeconds(haproxy[kind].answer);
}

/** What a person has to do when a process dies that systemd starts again. */
export function unlessGivenUp({ limit }: Restart): string {
  return limit
    ? `Nothing, unless it dies ${limit.starts} times within ${limit.within} s: then systemd gives up`
    : "Nothing";
}
