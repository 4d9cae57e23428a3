import { setTimeout as pause } from "node:timers/promises";
import { connect, type ConnectOptions } from "./connect";
import { ConnectionFailure, permanentFailures } from "./failures";
import type { Session } from "./session";
import { type Environment, readSeconds } from "../../lib/environmentVariables";

/** Shows what the program waits for. */
export type Report = (message: string) => void;

/** How long to wait for a machine that may still boot. */
export interface WaitOptions {
  /** Seconds in all. @default HOLDFAST_SSH_TIMEOUT, else 300 */
  readonly limit?: number;
  /** Seconds during which a machine may refuse the key, because its users are still being made. */
  readonly keyGrace: number;
}

/** Milliseconds between attempts. */
const interval = 1_000;
/** After a refused key: OpenSSH refuses connections for 5 s after one (PerSourcePenalties). */
const refusedInterval = 8_000;

/** Seconds to wait for a machine. @throws when the variable is no number of seconds */
export function waitingLimit(environment?: Environment): number {
  return readSeconds("HOLDFAST_SSH_TIMEOUT", { zero: false }, environment);
}

/**
 * Connects as soon as the machine accepts, and reports meanwhile why it does not.
 *
 * @throws ConnectionFailure at once if waiting cannot help, else with the last reason when the limit is over
 */
export async function waitForMachine(
  options: Omit<ConnectOptions, "hopTimeout">,
  wait: WaitOptions,
  tell: Report,
): Promise<Session> {
  const limit = wait.limit ?? waitingLimit();
  const started = Date.now();
  const elapsed = () => (Date.now() - started) / 1000;
  let refusal: ConnectionFailure | undefined;
  for (let shown = ""; ;) {
    const left = limit - elapsed();
    try {
      return await connect({ ...options, hopTimeout: Math.max(1_000, Math.min(10_000, left * 1000)) });
    } catch (thrown) {
      options.signal.throwIfAborted();
      // OpenSSH closes connections for a while after refused keys: the refusal is the reason.
      const error = refusal && thrown instanceof ConnectionFailure && thrown.reason === "closed" ? refusal : thrown;
      if (error instanceof ConnectionFailure && error.reason === "keyRefused") refusal = error;
      if (!(error instanceof ConnectionFailure) || isFinal(error, elapsed(), wait)) throw error;
      if (elapsed() >= limit) {
        throw new ConnectionFailure(
          error.reason,
          `${error.message}\nGiven up after ${limit.toFixed(0)} s. ${advice(error)}`.trimEnd(),
        );
      }
      const line = `waiting for SSH: ${error.message.split("\n")[0] ?? ""}`;
      // Reports a new reason at once, and then every few seconds.
      if (line !== shown || Math.round(elapsed()) % 5 === 0) {
        tell(`${line} (${elapsed().toFixed(0)} of ${limit.toFixed(0)} s)`);
        shown = line;
      }
      await pause(error.reason === "keyRefused" ? refusedInterval : interval, undefined, { signal: options.signal });
    }
  }
}

function isFinal(failure: ConnectionFailure, elapsed: number, wait: WaitOptions): boolean {
  if (failure.reason === "keyRefused") return elapsed >= wait.keyGrace;
  return permanentFailures.has(failure.reason);
}

function advice(failure: ConnectionFailure): string {
  switch (failure.reason) {
    case "refused":
      return "Look at the machine's console: SSH should run some seconds after its start.";
    case "noRoute":
    case "timeout":
      return "Is the machine on, is your address in holdfast:admin allowFrom, and do its jump hosts run?";
    case "unknownHost":
      return "Check the name.";
    case "keyRefused":
      return "";
    default:
      return "HOLDFAST_SSH_TIMEOUT=SECONDS gives it more time.";
  }
}
