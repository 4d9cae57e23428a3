import { privateAddress } from "./addresses";
import { connectionsOf, type Pool } from "./connections";
import type { ExtensionName } from "./extensions";
import { databaseMemory } from "./memory";
import { ports } from "./ports";
import type { DatabaseSettings } from "./sections/database";
import type { Settings } from "./settings";

/** The stack's database: where it is, what instances call it, how much of its machine it has. */
export interface Database {
  /** The machine that has its volume, e.g. `database-1`. */
  readonly machine: string;
  /** That machine's private address. */
  readonly address: string;
  readonly port: number;
  /** Of the one database in it. */
  readonly name: string;
  /** The role that instances are in the database: it owns what they make there. */
  readonly user: string;
  readonly volume: {
    /** In the cloud: `<stack>-database`. */
    readonly name: string;
    /** GiB */
    readonly size: number;
  };
  /** MiB that PostgreSQL and the page cache of its files may take together. */
  readonly memory: number;
  /** Connections to PostgreSQL that may be open at a time. */
  readonly connections: number;
  /** Absent: instances go straight to PostgreSQL. */
  readonly pool?: Pool;
  /** Extensions that it gets; absent: none. */
  readonly extensions?: readonly ExtensionName[];
}

export function databaseOf({ stack, app }: Pick<Settings, "stack" | "app">, settings: DatabaseSettings): Database {
  const [kind, number] = settings.machines === 0 ? (["app", 1] as const) : (["database", 1] as const);
  const { most, pool } = connectionsOf(app, settings);
  return {
    machine: `${kind}-${number}`,
    address: privateAddress(kind, number),
    port: ports.database,
    // Not the app's name: a release that is called otherwise would come to an empty database.
    name: "app",
    user: "app",
    volume: { name: `${stack}-database`, size: settings.volumeSize },
    memory: databaseMemory(settings, app),
    connections: most,
    ...(pool && { pool }),
    ...(settings.extensions && settings.extensions.length > 0 && { extensions: settings.extensions }),
  };
}

/** Roles that instances log in as: their own, and another one while that one gets a new password. */
export function loginsOf({ user }: Pick<Database, "user">): readonly [string, string] {
  return [user, `${user}_b`];
}

/** Every address that the database may ever have: its certificate names them all, so a move needs no new one. */
export const databaseAddresses = [privateAddress("database", 1), privateAddress("app", 1)] as const;
