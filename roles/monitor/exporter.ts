import { alwaysRestart } from "../restart";
import { confined, network } from "../sandbox";
import { unitFile } from "../unitFile";
import { monitorUser } from "./paths";

/** A program of Debian's that watches: how it is started, and what it may use. */
export interface Watcher {
  readonly program: string;
  readonly options: readonly string[];
  /** MiB. The kernel ends it when it takes more. */
  readonly memory: number;
  /** Folders that it writes to. @default none */
  readonly writes?: readonly string[];
  /** More lines for the section [Service]. @default none */
  readonly more?: readonly string[];
}

/**
 * Over Debian's own unit. Whatever watches is the first to go when memory is short, gets the least of a busy processor, and
 * is started again whatever ended it.
 */
export function watcherDropIn({ program, options, memory, writes = [], more = [] }: Watcher): string {
  return unitFile({
    Unit: ["StartLimitIntervalSec=0"],
    Service: [
      "# Debian's file of options would win over what stands here.",
      "EnvironmentFile=",
      "ExecStart=",
      `ExecStart=${[program, ...options].join(" \\\n    ")}`,
      `User=${monitorUser}`,
      ...alwaysRestart({ delay: 1 }),
      `MemoryMax=${memory}M`,
      "OOMScoreAdjust=900",
      "CPUWeight=20",
      "IOWeight=20",
      `Environment=GOMEMLIMIT=${Math.floor(memory * 0.8)}MiB`,
      ...confined({ families: network, writes }),
      "MemoryDenyWriteExecute=yes",
      "UMask=0077",
      ...more,
    ],
  });
}
