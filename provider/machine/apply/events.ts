/** Output of the on-machine program, one JSON object per line. */
export type MachineEvent =
  { readonly event: "status" | "info" | "warning"; readonly text: string } | ({ readonly event: "end" } & MachineEnd);

/** How a call of the program ended. */
export interface MachineEnd {
  readonly result:
    | "applied"
    | "unchanged"
    | "failed"
    | "aborted"
    | "archivesMissing"
    | "unknown"
    | "received"
    | "inspected"
    | "asked"
    | "ended";
  readonly error?: string;
  /** Lines of the program that refused. */
  readonly details?: string;
  readonly missing?: readonly string[];
  /** Paths that were changed. */
  readonly changed?: readonly string[];
  /** Unit → `start`, `restart`, `reload` or `stop`. */
  readonly units?: Readonly<Record<string, string>>;
  /** Path of an archive → time of its files, in seconds since 1970. */
  readonly times?: Readonly<Record<string, number>>;
  readonly found?: unknown;
}

/** An event in a line of output; undefined for other lines, e.g. a login banner or a warning of sudo. */
export function parseEvent(line: string): MachineEvent | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return JSON.parse(line) as MachineEvent;
  } catch {
    return undefined;
  }
}
