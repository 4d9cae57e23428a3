import { serverTypes } from "../catalog";
import { databaseMemory } from "./memory";
import { ports } from "./ports";
import type { AppSettings } from "./sections/app";
import type { DatabaseSettings } from "./sections/database";

/** Connections that each instance may hold open. */
export const connectionsPerInstance = 10;
/** Connections for what is no instance: migrations, backups, people. */
export const otherConnections = 20;
/** MiB that PostgreSQL's process for one connection takes, with room for sorting. */
export const connectionMemory = 8;
/** The part of the database's memory that connections may take before they leave too little for its pages. */
const connectionShare = 1 / 2;
/**
 * What PostgreSQL lets in at least, and its own default; more comes in doublings. It has to restart to let more in, and that
 * would cost visitors an answer or two with every instance that is added.
 */
const leastConnections = 100;
/** Transactions that one core has under way at a time; with more of them, all of them only take longer. */
const transactionsPerCore = 10;
/** Connections of a pool at least, whatever the memory is good for: fewer would keep everybody waiting. */
const smallestPool = 5;

/** A pool between instances and PostgreSQL: many connections on the one side take turns on few on the other. */
export interface Pool {
  readonly port: number;
  /** Connections to PostgreSQL. */
  readonly size: number;
  /** Connections of instances. */
  readonly clients: number;
}

/** Who may open how many connections to PostgreSQL. */
export interface Connections {
  /** What all instances and the others may open, were there no pool. */
  readonly wanted: number;
  /** What the database has memory for. */
  readonly affordable: number;
  /** What PostgreSQL lets in. */
  readonly most: number;
  /** Absent: instances go straight to PostgreSQL. */
  readonly pool?: Pool;
}

/** Without a word in the settings there is a pool exactly where the memory is not good for what is wanted. */
export function connectionsOf(app: AppSettings, database: DatabaseSettings): Connections {
  const instances = app.machines * app.instances;
  const wanted = otherConnections + connectionsPerInstance * instances;
  const affordable = Math.floor((databaseMemory(database, app) * connectionShare) / connectionMemory);
  // Reserved as far as memory goes, beyond what is wanted today.
  const reserved = Math.min(
    leastConnections * 2 ** Math.max(0, Math.ceil(Math.log2(wanted / leastConnections))),
    affordable,
  );
  if (!(database.pool ?? wanted > affordable)) return { wanted, affordable, most: Math.max(wanted, reserved) };

  // Beside the pool's, one for each instance: what needs a connection of its own (LISTEN) goes past the pool.
  const straight = otherConnections + instances;
  const { cores } = serverTypes[database.machines === 0 ? app.serverType : database.serverType];
  const size = Math.max(smallestPool, Math.min(transactionsPerCore * cores, affordable - straight));
  // Twice what instances may hold: those of a machine that lost power count for a minute, while others take its place.
  const clients = 2 * connectionsPerInstance * instances;
  // No fewer than without a pool, as far as memory goes: in the update that adds it, instances come straight until their turn.
  const most = Math.max(straight + size, reserved);
  return { wanted, affordable, most, pool: { port: ports.pool, size, clients } };
}
