import { parsePrintable } from "../../lib/printable";
import { places, probeProgram } from "../../roles/monitor/facts/places";
import type { BackupsFile, ProofFile } from "../../roles/database/backup/results";
import type { Session } from "../../provider/ssh/session";
import { quote } from "../../lib/text";

/**
 * The answer of probe.py. A field is missing if there was no answer in time, and null if the machine has no such
 * thing.
 */
export interface Probe {
  /** Seconds since 1970 by the machine's own clock. */
  readonly now: number;
  /** Question → why there is no answer. */
  readonly unanswered: Readonly<Record<string, string>>;
  /** Sizes in bytes. */
  readonly disks?: readonly { readonly folder: string; readonly size: number; readonly free: number }[];
  readonly reboot?: { readonly since: number; readonly packages: readonly string[] } | null;
  readonly failedUnits?: readonly string[];
  readonly release?: { readonly version: string; readonly checksum: string } | null;
  /** The last line of machine/onMachine/rollouts.py; `result` is `applied` when it went well. */
  readonly lastRollout?: {
    readonly date: string;
    readonly from: string | null;
    readonly to: string;
    /** Of what was to come; older versions noted none. */
    readonly sha256?: string | null;
    readonly result: string;
    readonly error: string;
  } | null;
  readonly lease?: ProbedLease | null;
  readonly instances?: readonly ProbedInstance[] | null;
  readonly haproxy?: readonly ProbedServer[] | null;
  readonly keeper?: {
    readonly master: boolean;
    readonly fit: boolean;
    readonly unfit?: string | null;
    readonly outSince: number | null;
  } | null;
  readonly certificates?: ProbedCertificates | null;
  readonly database?: { readonly accepts: boolean } | null;
  readonly pool?: { readonly accepts: boolean } | null;
  readonly backups?: BackupsFile | null;
  readonly proof?: ProofFile | "never" | null;
  readonly archiving?: ProbedArchiving | null;
}

/** What the certificate keeper of a load balancer says. */
export interface ProbedCertificates {
  /** Its last look, in seconds since 1970. */
  readonly looked: number;
  /** Host name or address → its certificate. */
  readonly names: Readonly<Record<string, ProbedCertificate>>;
}

/** Times in seconds since 1970. Null: there is none, or nothing to say. */
export interface ProbedCertificate {
  /** Whether somebody brought it, and nobody renews it. @default it is the authority's */
  readonly own?: boolean;
  readonly issuer: string | null;
  readonly until: number | null;
  /** Seconds between its beginning and its end. */
  readonly life: number | null;
  readonly fingerprint: string | null;
  /** Whether HAProxy serves it. */
  readonly served: boolean;
  /** When this load balancer got it. */
  readonly obtained: number | null;
  /** Why another one is wanted. */
  readonly due: string | null;
  /** Refusals of the authority in a row. */
  readonly failures: number;
  readonly problem: string | null;
}

/** Times in seconds since 1970. */
export interface ProbedLease {
  readonly generation: number;
  readonly owner: string;
  readonly reason: string;
  readonly since: number;
  readonly expires: number;
  /** Empty while it runs. */
  readonly ended: string;
}

export interface ProbedInstance {
  readonly number: number;
  /** systemd's ActiveState. */
  readonly unit: string;
  readonly restarts: number;
  /** Who keeps it out of rotation; empty: no person or program (roles/app/agent/holds.py). */
  readonly holds: readonly Hold[];
}

export interface Hold {
  readonly owner: "person" | "roll-out" | "debug";
  /** `drain`: no new visitors. `maint`: no visitors at all. */
  readonly word: string;
  /** e.g. `ana@laptop`; empty if not known. */
  readonly who: string;
  /** UTC, ISO 8601. */
  readonly since: string;
}

/** WAL that has not reached the backup storage yet. Sizes in bytes. */
export interface ProbedArchiving {
  readonly waiting: number;
  /** Seconds since 1970 of the oldest that waits; null: none waits. */
  readonly since: number | null;
  /** Size that may wait before PostgreSQL drops it. */
  readonly queue: number;
  /** Room on the volume before the app may only read. */
  readonly room: number;
}

/** An instance as one HAProxy sees it. */
export interface ProbedServer {
  /** e.g. `app-1-2` */
  readonly name: string;
  /** HAProxy's word: `UP`, `DOWN 1/2`, `DRAIN`, `MAINT`, `NOLB` … */
  readonly status: string;
  /** Seconds. */
  readonly since: number;
  readonly sessions: number;
  /** By HAProxy's backend: places of this instance that are taken, and how many it has. */
  readonly places?: Readonly<Record<string, readonly [taken: number, all: number]>>;
}

/** Runs probe.py on the machine. @throws when it cannot run there, or its answer is not understood */
export async function probe(session: Session): Promise<Probe> {
  const lines: string[] = [];
  const { code, errors } = await session.run(`${session.asRoot}python3 -IS - ${quote(JSON.stringify(places))}`, {
    input: probeProgram(),
    onLine: (line) => lines.push(line),
  });
  if (code !== 0) throw new Error(`python3 ended with ${code}: ${errors.split("\n").at(-1) ?? ""}`);
  return parsePrintable(lines.join("\n")) as Probe;
}
