import type { Connection } from "../ssh/connection";

/**
 * The inputs of `holdfast:machine:Configuration`: everything that one machine gets, as plain data. Roles produce it, the
 * machine plugin applies it; neither knows the other.
 */
export interface ConfigurationInputs {
  /** Name of the machine, for messages, e.g. `app-1`. */
  readonly machine: string;
  /** The server's id: another server is another machine, with new host keys and nothing applied yet (replaces). */
  readonly serverId: string;
  /**
   * Name of this part, where a machine has several configurations: each manages its own files and units and knows nothing of
   * the others'. @default the machine's one configuration
   */
  readonly part?: string;
  /**
   * Whether deleting the configuration, or moving it to another server, first takes its files and units off the machine.
   * @default false: nothing on the machine changes
   */
  readonly withdraw?: boolean;
  /** What it means for people when the configuration moves to another machine; previews say it. */
  readonly moving?: string;
  readonly connection: Connection;
  /**
   * The machine that keeps the stack's lease: only its holder changes machines of the stack.
   * @default none is needed
   */
  readonly lease?: LeaseInput;
  /** Debian packages that have to be installed. */
  readonly packages?: readonly string[];
  /** Absolute path on the machine → file. Removed from the machine when it leaves this list. */
  readonly files?: Readonly<Record<string, FileInput>>;
  /** Absolute path of a folder on the machine → what is unpacked there. */
  readonly archives?: Readonly<Record<string, ArchiveInput>>;
  /** In the order in which they are brought to their state, one after the other. */
  readonly units?: readonly UnitInput[];
  /** Run in order after the units are in their state; any failure puts the old configuration back. */
  readonly checks?: readonly CheckInput[];
}

export interface LeaseInput extends Connection {
  /** The machine's server id: when that server is replaced, its new host key is accepted once more. */
  readonly serverId?: string;
}

/** A file on the machine, whole. */
export interface FileInput {
  readonly content: string;
  /** Octal. @default "0644" */
  readonly mode?: string;
  /** @default "root" */
  readonly owner?: string;
  /** @default "root" */
  readonly group?: string;
  /**
   * Command that has to accept the file before it gets its place; `%s` is the path of the candidate,
   * e.g. `haproxy -c -f %s`.
   */
  readonly validate?: string;
}

/** A folder on the machine that is an archive's content. */
export interface ArchiveInput {
  /** Path on the computer that runs Pulumi: a folder, a .tar, a .tar.gz or a .tar.zst. */
  readonly source: string;
  /** SHA-256 of its content, in hexadecimal: what decides whether it changed. */
  readonly sha256: string;
  readonly owner?: string;
  readonly group?: string;
  /**
   * What people call it: a name and a version, e.g. `guestbook 1.4.0`. Previews and the machine's roll-out log say it.
   * @default the first digits of its checksum
   */
  readonly label?: string;
  /** How many unpacked archives of this path stay on the machine, this one among them. @default 2 */
  readonly keep?: number;
  /**
   * Time of its files, in seconds since 1970, outside of the checksum. @default the machine chooses that of the roll-out
   */
  readonly time?: number;
}

/** A systemd unit and the state that it has to be in. */
export interface UnitInput {
  /** e.g. `haproxy.service`, `app@1.service` */
  readonly name: string;
  /** @default true: started at boot */
  readonly enabled?: boolean;
  /** @default "running". `oneshot`: (re)started when one of its paths changes, not expected to stay active. */
  readonly state?: "running" | "stopped" | "oneshot";
  /** Paths of files or archives whose change restarts the unit. */
  readonly restartOn?: readonly string[];
  /** Paths whose change reloads the unit; a restart in the same apply makes the reload unnecessary. */
  readonly reloadOn?: readonly string[];
  /** Command that has to succeed after each start, restart or reload before the next unit is touched. */
  readonly healthy?: string;
  /** Seconds that `healthy` may take, retried until then. @default 30 */
  readonly timeout?: number;
  /** Seconds that `healthy` has to hold without a break once it did. @default 0 */
  readonly healthyFor?: number;
  /**
   * Command that runs before the unit is stopped or restarted, also on the way back: it takes the unit out of service.
   * It has to end by itself, and when it fails nothing is stopped. Not run for a unit that is not active.
   */
  readonly beforeStop?: string;
  /** Command that puts the unit back into service once it is healthy; when it fails, the unit has failed. */
  readonly afterHealthy?: string;
}

/** A command that has to succeed once everything is in place. */
export interface CheckInput {
  /** What it proves, e.g. `HAProxy answers`. */
  readonly name: string;
  /** Shell command, run as root on the machine; exit code 0 means well. */
  readonly command: string;
  /** Seconds, retried until then. @default 30 */
  readonly timeout?: number;
}
