import { parsePrintable } from "../../../lib/printable";
import { bringProgram } from "../apply/ensureProgram";
import { parseEvent } from "../apply/events";
import { MISSING } from "../apply/program";
import type { Session } from "../../ssh/session";
import type { Report } from "../../ssh/waiting";

/** The record on the machine that keeps the lease (onMachine/lease.py). */
export interface LeaseRecord {
  /** Grows with each holder. */
  readonly generation: number;
  readonly owner: string;
  readonly reason: string;
  /** ISO 8601, by the clock of that machine, like `expires`. */
  readonly since: string;
  readonly expires: string;
  /** Whether a run has it. */
  readonly held: boolean;
  /** Seconds until it ends by itself unless it is renewed. */
  readonly left: number;
  /** `released` or `broken`; empty while a run has it, and after its time ran out. */
  readonly ended: string;
}

/** The answer of the machine that keeps the lease. */
export type LeaseAnswer =
  | { readonly result: "taken" | "renewed" | "held"; readonly lease: LeaseRecord }
  | { readonly result: "lost"; readonly lease: LeaseRecord | null }
  | { readonly result: "released" };

/**
 * The command of any installed version. A renewal must not wait for an installation, nor replace one of a newer
 * Holdfast.
 */
const program = "/usr/local/sbin/holdfast";

/**
 * Asks the machine that keeps the lease. A new machine gets the program first.
 *
 * @throws when its answer is not understood
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
        else answer = parsePrintable(line) as LeaseAnswer;
      },
    });
    if (answer) return answer;
    if (code !== MISSING || installed) {
      throw new Error(`The lease cannot be asked for (exit code ${String(code)}): ${refusal ?? errors}`);
    }
    await bringProgram(session, signal, tell);
  }
}
