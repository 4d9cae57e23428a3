import type { HaproxyTimings } from "../roles/loadBalancer/timings";
import { duration, type Duration, type Part } from "./figures";

/** How an instance that is gone meets a check: it refuses, takes the connection and says nothing, or is not there. */
export type Silence = "refuses" | "hangs" | "vanished";

/**
 * The longest time from the moment that an instance is gone until HAProxy gives it no more requests. At worst it went
 * right after a good check. A check that got no answer ends by its own time limit, and only then the pause until the
 * next one begins; after the first bad one the pauses are the fast ones (HAProxy's configuration manual, `inter`).
 */
export function detection({ check, connect }: HaproxyTimings, silence: Silence): Duration {
  // HAProxy's configuration manual, `timeout check`: the smaller one holds for a check's connection.
  const connection = Math.min(connect, check.interval);
  const wait = { refuses: 0, hangs: check.answer, vanished: connection }[silence];
  const setting = silence === "hangs" ? "timeout check" : "timeout connect";
  const more = check.fall - 1;
  const parts: Part[] = [
    { what: "until the first check that fails", seconds: check.interval, from: "haproxy.cfg: inter" },
    ...(more > 0
      ? [
          {
            what: `until check ${check.fall}`,
            seconds: more * check.fastInterval,
            from: "haproxy.cfg: fastinter, fall",
          },
        ]
      : []),
    ...(wait > 0
      ? [
          {
            what: check.fall > 1 ? `for ${check.fall} checks without an answer` : "for a check without an answer",
            seconds: check.fall * wait,
            from: `haproxy.cfg: ${setting}, fall`,
          },
        ]
      : []),
  ];
  return duration(parts);
}

/** The longest time from the moment that an instance answers again until HAProxy gives it requests. */
export function returnToService({ check }: HaproxyTimings): readonly Part[] {
  const more = check.rise - 1;
  return [
    { what: "until the first good check", seconds: check.downInterval, from: "haproxy.cfg: downinter" },
    ...(more > 0
      ? [
          {
            what: `until good check ${check.rise}`,
            seconds: more * check.fastInterval,
            from: "haproxy.cfg: fastinter, rise",
          },
        ]
      : []),
  ];
}
