import { serverTypes } from "../../catalog";
import { databaseShare, instanceMemory, systemMemory } from "../memory";
import type { Rule } from "./rule";

/** An instance with less has no room to start in. */
const least = 32;

/** All instances of a machine together, the system, and the database where it is there too, fit into its memory. */
export const memoryFits: Rule = ({ app, database }) => {
  if (!app) return [];
  const { cores, memory } = serverTypes[app.serverType];
  const each = instanceMemory(app, database);
  const shared = databaseShare(app, database);
  const needed = each * app.instances + systemMemory + shared;
  if (each >= least && needed <= memory * 1024) return [];
  const others =
    shared > 0
      ? `, ${systemMemory} MiB for the system and ${shared} MiB for the database`
      : ` and ${systemMemory} MiB for the system`;
  return [
    {
      setting: app.memory === undefined ? "holdfast:app.instances" : "holdfast:app.memory",
      value: app.memory ?? app.instances,
      wrong: `needs ${needed} MiB on each machine: ${app.instances} × ${each} MiB${others}`,
      why: `a ${app.serverType} (${cores} cores) has ${memory * 1024} MiB`,
      fix: "write less memory or fewer instances, or choose a larger serverType",
    },
  ];
};
