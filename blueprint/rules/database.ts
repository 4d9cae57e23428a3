import { connectionsPerInstance, databaseOf } from "../database";
import type { Draft } from "../settings";
import type { Problem } from "../problems";
import type { Rule } from "./rule";

/** The database shares a machine only where it is plain which one. */
export const databaseMachines: Rule = ({ app, database }) =>
  database?.machines !== 0 || !app || app.machines === 1
    ? []
    : [
        {
          setting: "holdfast:database.machines",
          value: 0,
          wrong: `is not possible with ${app.machines} app machines`,
          why: "without a machine of its own, the database is on the app machine, and there has to be exactly one",
          fix: "write machines: 1 here, or holdfast:app.machines: 1",
        },
      ];

/** MiB that PostgreSQL's process for one connection takes, with room for sorting. */
const connectionMemory = 8;
/** The part of the database's memory that connections may take before they leave too little for its pages. */
const connectionShare = 1 / 2;

/** Each connection is a process; many of them want a pool in front, or a larger machine. */
export const connectionsFit: Rule = (draft: Draft): readonly Problem[] => {
  const { stack, app, database } = draft;
  if (!app || !database) return [];
  const { connections, memory } = databaseOf({ stack, app }, database);
  const most = Math.floor((memory * connectionShare) / connectionMemory);
  return connections <= most
    ? []
    : [
        {
          setting: "holdfast:app.instances",
          value: app.instances,
          wrong: `on ${app.machines} machines may open ${connections} connections to the database, which has the memory for ${most}`,
          why: `each instance may hold ${connectionsPerInstance} connections, and each is a process of some ${connectionMemory} MiB`,
          fix: "choose a larger holdfast:database.serverType, fewer instances, or run a pool like PgBouncer in the app's machines",
        },
      ];
};
