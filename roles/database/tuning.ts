/** Sizes that follow from what the database has; MiB unless told otherwise. */
export interface Tuning {
  readonly sharedBuffers: number;
  readonly effectiveCacheSize: number;
  readonly workMem: number;
  readonly maintenanceWorkMem: number;
  readonly minWalSize: number;
  readonly maxWalSize: number;
}

/** What PostgreSQL's settings are computed from. */
export interface Resources {
  /** MiB that PostgreSQL and the page cache of its files may take together. */
  readonly memory: number;
  /** Connections that may be open at a time. */
  readonly connections: number;
  /** GiB */
  readonly volume: number;
}

/**
 * PostgreSQL's documentation and the experience of many: a quarter of the memory for its own pages, three quarters as a
 * guess of what is cached in all. Sorting gets a quarter, divided by the connections that might all sort at once.
 */
export function tuning({ memory, connections, volume }: Resources): Tuning {
  const walRoom = (volume * 1024) / 10;
  return {
    sharedBuffers: Math.max(64, Math.floor(memory / 4)),
    effectiveCacheSize: Math.max(128, Math.floor((memory * 3) / 4)),
    workMem: within(Math.floor(memory / 4 / connections), 2, 64),
    maintenanceWorkMem: within(Math.floor(memory / 16), 64, 1024),
    // Kept for reuse even when nothing is written: a full volume then still has room for the log of what is under way.
    minWalSize: within(Math.floor(walRoom / 4), 160, 512),
    // How much is read again after a crash, at most: a limit on how long that takes.
    maxWalSize: within(Math.floor(walRoom), 512, 2048),
  };
}

function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
