import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { ConfigurationInputs } from "../inputs";
import type { Held, Leases } from "../lease/leases";
import { keepKnownHosts, type HostKeys } from "../../ssh/hostKeys";
import type { ListedKey } from "../../ssh/keyText";
import { ConnectionBroken, type Session } from "../../ssh/session";
import { waitForMachine, waitingLimit, type Report } from "../../ssh/waiting";
import { sendArchives } from "./archives";
import { bringProgram } from "./ensureProgram";
import { parseEvent, type MachineEnd, type MachineEvent } from "./events";
import { MISSING, programCommand } from "./program";
import { redact } from "./redact";
import { toRequest, type ApplyRequest } from "./request";

/** Options of one apply. */
export interface ApplyOptions {
  /** Name of the configuration on the machine, the same in every apply of one resource. */
  readonly configuration: string;
  readonly pinned: HostKeys;
  /** Keys that the machine accepts before or after the apply. @default unknown */
  readonly known?: readonly ListedKey[];
  /** Those of this run. */
  readonly leases: Leases;
  /** Whether it removes the configuration. @default it applies it */
  readonly leaving?: boolean;
  /** Texts that may not appear in messages. */
  readonly secrets: readonly string[];
  /** Aborted by Ctrl-C and at the time limit of the resource: the machine then puts its old configuration back. */
  readonly signal: AbortSignal;
  /** Seconds for the whole apply; 0: only its parts have limits. */
  readonly timeout: number;
  readonly tell: Report;
  readonly keep: (message: string, level: "info" | "warning") => void;
}

/** The result of an apply. */
export interface Applied {
  readonly hostKeys: HostKeys;
  readonly end: MachineEnd;
}

/** Seconds during which a machine may refuse the key, because cloud-init has not made the user yet. */
const keyGrace = 30;
/** Connections that one apply may lose. A boot or a restart of the network costs one or two. */
const mostLost = 20;
/** Milliseconds before the next connection. */
const reconnectPause = 1_000;
/** Milliseconds that this process waits for an aborted apply. The machine drains what it restarts on the way back. */
const abortGrace = 120_000;

/**
 * Applies the configuration to the machine as a whole or not at all, under the lease of the stack if one is needed.
 *
 * @throws when it was not applied, with the words of the program that refused
 */
export async function apply(inputs: ConfigurationInputs, options: ApplyOptions): Promise<Applied> {
  const { end, hostKeys } = await options.leases.during(inputs.lease, options, async (lease) => {
    const request = toRequest(inputs, randomUUID(), options.configuration, lease);
    const run = new ApplyRun(inputs, request, options, lease);
    return { end: await run.toEnd(), hostKeys: { ...lease?.hostKeys, ...run.hostKeys } };
  });
  if (end.result === "applied" || end.result === "unchanged") {
    return { hostKeys: keepKnownHosts(hostKeys, inputs.connection, inputs.lease), end };
  }
  throw new Error(
    redact([end.error ?? `ended with ${end.result}`, end.details].filter(Boolean).join("\n"), options.secrets),
  );
}

/** One apply over as many connections as needed. Without a connection, the machine continues by itself. */
class ApplyRun {
  hostKeys: HostKeys;
  private repeated = 0;
  private submitted = false;

  constructor(
    private readonly inputs: ConfigurationInputs,
    private readonly request: ApplyRequest,
    private readonly options: ApplyOptions,
    private readonly lease: Held | undefined,
  ) {
    this.hostKeys = options.pinned;
  }

  async toEnd(): Promise<MachineEnd> {
    for (let lost = 1; ; lost += 1) {
      const session = await this.connect();
      try {
        return await this.overSession(session);
      } catch (error) {
        if (error instanceof Error && error.name === "AbortError") throw this.interruption();
        if (!(error instanceof ConnectionBroken)) throw error;
        if (lost >= mostLost) throw new Error(`${error.message}, ${String(lost)} times; given up.`);
      } finally {
        session.close();
      }
      if (this.options.signal.aborted) throw this.interruption();
      this.options.tell("the connection broke; the machine goes on by itself; connecting again");
      await pause(reconnectPause);
    }
  }

  private async connect(): Promise<Session> {
    const isKnown = this.hostKeys.machine !== undefined;
    const limit = this.options.timeout > 0 ? Math.min(this.options.timeout, waitingLimit()) : waitingLimit();
    const session = await waitForMachine(
      {
        connection: this.inputs.connection,
        pinned: this.hostKeys,
        signal: this.options.signal,
        known: this.options.known,
      },
      { limit, keyGrace: isKnown ? 0 : keyGrace },
      this.options.tell,
    ).catch((error: unknown) => {
      throw this.options.signal.aborted ? this.interruption() : error;
    });
    this.hostKeys = { ...this.hostKeys, ...session.seenHostKeys };
    return session;
  }

  private async overSession(session: Session): Promise<MachineEnd> {
    const abort = () => void this.abort(session);
    this.options.signal.addEventListener("abort", abort, { once: true });
    try {
      // Program, archives, and the program again if another version was installed meanwhile. More attempts are a
      // fault.
      for (let attempt = 1; attempt <= 6; attempt += 1) {
        await this.lease?.confirm(this.options.signal, this.options.tell);
        const { code, end, errors } = await this.submit(session);
        this.submitted = end?.result !== "archivesMissing" && code !== MISSING;
        if (code === MISSING) {
          await bringProgram(session, this.options.signal, this.options.tell);
        } else if (end?.result === "archivesMissing") {
          await sendArchives(session, this.inputs, end.missing ?? [], this.options.tell);
        } else if (end) {
          return end;
        } else {
          throw new Error(`The machine's part of the apply ended with exit code ${String(code)}: ${errors}`);
        }
        if (this.options.signal.aborted) throw this.interruption();
      }
      throw new Error(
        "The machine asks for the same archive again and again; is another run applying to it right now?",
      );
    } finally {
      this.options.signal.removeEventListener("abort", abort);
    }
  }

  private interruption(): Error {
    const why = isTimeout(this.options.signal) ? "The resource's time limit (customTimeouts) is over" : "Interrupted";
    return new Error(
      this.submitted
        ? `${why}, and the machine has not answered since. It goes on by itself, to the old configuration if it was asked ` +
            "in time, otherwise to the new one; the next pulumi up shows which."
        : `${why} before anything was changed on the machine.`,
    );
  }

  private async submit(session: Session) {
    this.submitted = true;
    let end: MachineEnd | undefined;
    let seen = 0;
    const { code, errors } = await session.run(await programCommand(session, "submit"), {
      input: JSON.stringify(this.request),
      onLine: (line) => {
        const event = parseEvent(line);
        if (event?.event === "end") end = event;
        // Over a new connection the machine repeats all events.
        else if (event && ++seen > this.repeated) this.tellEvent(event);
      },
    });
    this.repeated = Math.max(this.repeated, seen);
    return { code, end, errors };
  }

  private tellEvent(event: Extract<MachineEvent, { text: string }>): void {
    const text = redact(event.text, this.options.secrets);
    if (event.event === "status") this.options.tell(text);
    else this.options.keep(text, event.event);
  }

  /** Asks the machine to put its old configuration back, and waits for a limited time. */
  private async abort(session: Session): Promise<void> {
    this.options.tell("interrupted: asking the machine to put its old configuration back");
    setTimeout(() => {
      session.close();
    }, abortGrace).unref();
    await session.run(await programCommand(session, "abort", this.request.id)).catch(() => undefined);
  }
}

function isTimeout(signal: AbortSignal): boolean {
  return signal.reason instanceof Error && signal.reason.name === "TimeoutError";
}
