import type { Settings } from "../../blueprint/settings";
import { healthQuestion } from "../health";
import { type Restart, systemdLimit } from "../restart";

/** The times that haproxy.cfg is written with, and the failure report computes with. In seconds. */
export interface HaproxyTimings {
  /** How `safe` asks each instance whether it is healthy. */
  readonly check: {
    /** Between two checks: while the instance is up, while its state is changing, and while it is down. */
    readonly interval: number;
    readonly fastInterval: number;
    readonly downInterval: number;
    /** Failed checks in a row that take an instance out, and good ones that bring it back. */
    readonly fall: number;
    readonly rise: number;
    /** How long a check waits for its answer, once it is connected. */
    readonly answer: number;
  };
  /** How long a request waits for a connection to an instance. */
  readonly connect: number;
  /** How long a request waits for its answer, by the backend that it goes to. */
  readonly safe: { readonly answer: number };
  readonly unsafe: { readonly answer: number };
  /** How long nothing may pass over a connection that lasts: a websocket, server-sent events. */
  readonly silence: number;
  /** Over how long a source's requests and its new connections are counted. */
  readonly requestPeriod: number;
  readonly connectionPeriod: number;
}

/** The times of every load balancer of a stack. */
export function haproxyTimings(settings: Settings): HaproxyTimings {
  const { app } = settings;
  const { connect, answer } = healthQuestion(settings);
  return {
    check: { interval: 0.5, fastInterval: 0.2, downInterval: 0.5, fall: 2, rise: 2, answer },
    // On the private network a connection takes a millisecond. A machine that is gone takes this long once more, after the
    // time that a safe request had for the first instance: together they are what the slowest visitor waits.
    connect,
    safe: { answer: app.timeouts.safe },
    unsafe: { answer: app.timeouts.unsafe },
    silence: 3600,
    requestPeriod: 10,
    connectionPeriod: 3,
  };
}

/** Of HAProxy's own process. */
export const haproxyRestart: Restart = { delay: 0.2, limit: systemdLimit };

/** Seconds without HAProxy after which a load balancer leaves the election: fitness.py has the same. */
export const haproxyGrace = 0.3;

/** Seconds as HAProxy reads them; milliseconds, so that half seconds need no second notation. */
export function milliseconds(seconds: number): string {
  return `${Math.round(seconds * 1000)}ms`;
}
