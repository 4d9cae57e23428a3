import { bringProgram } from "../apply/ensureProgram";
import { parseEvent } from "../apply/events";
import { MISSING } from "../apply/program";
import type { Session } from "../../ssh/session";
import type { Report } from "../../ssh/waiting";

/** What is written down on the machine that keeps the lease (onMachine/lease.py has the meaning). */
export interface LeaseRecord {
  /** Grows with every holder. */
  readonly generation: number;
  readonly owner: string;
  readonly reason: string;
  /** ISO 8601, by the clock of that machine, like `expires`. */
  readonly since: string;
  readonly expires: string;
  /** Whether it runs. */
  readonly held: boolean;
  /** Seconds until it ends by itself, when nobody renews it. */
  readonly left: number;
  /** `released` or `broken`; empty while it runs and when it ran out. */
  readonly ended: string;
}

/** What the machine that keeps the lease says. */
export type LeaseAnswer =
  | { readonly result: "taken" | "renewed" | "held"; readonly lease: LeaseRecord }
  | { readonly result: "lost"; readonly lease: LeaseRecord | null }
  | { readonly result: "released" };

/**
 * The command of whatever version is installed: renewing a lease must not wait for an installation, nor undo one that a
 * newer Holdfast has made in the meantime.
 */
const program = "/usr/local/sbin/holdfast";

/**
 * Asks the machine that keeps the lease; a new one gets Holdfast's part first.
 *
 * @throws when it does not answer sensibly
 */
export async function askForLease(
  session: Session,
  action: "take" | "renew" | "release",
  body: object,
  signal: AbortSignal,
  tell: Report,
): Promise<LeaseAnswer> {
  const command = `test -x ${program} || exit ${String(MISSING)}; exec ${session.asRoot}${program} lease ${action}`;
  for (let installed = false; ; installed = true) {
    let answer: LeaseAnswer | undefined;
    let refusal: string | undefined;
    const { code, errors } = await session.run(command, {
      input: JSON.stringify(body),
      onLine: (line) => {
        const event = parseEvent(line);
        if (event?.event !== "end") return;
        if (event.result === "failed") refusal = event.error;
        else answer = event as unknown as LeaseAnswer;
      },
    });
    if (answer) return answer;
    if (code !== MISSING || installed) {
      throw new Error(`The lease cannot be asked for (exit code ${String(code)}): ${refusal ?? errors}`);
    }
    await bringProgram(session, signal, tell);
  }
}
