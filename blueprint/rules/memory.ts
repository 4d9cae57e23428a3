import { serverTypes } from "../catalog";
import { instanceMemory, systemMemory } from "../memory";
import type { Rule } from ".";

/** An instance with less has no room to start in. */
const least = 32;

/** All instances of a machine together, and the system, fit into its memory. */
export const memoryFits: Rule = ({ app }) => {
  if (!app) return [];
  const { cores, memory } = serverTypes[app.serverType];
  const each = instanceMemory(app);
  const needed = each * app.instances + systemMemory;
  if (each >= least && needed <= memory * 1024) return [];
  return [
    {
      setting: app.memory === undefined ? "holdfast:app.instances" : "holdfast:app.memory",
      value: app.memory ?? app.instances,
      wrong: `needs ${needed} MiB on each machine: ${app.instances} × ${each} MiB and ${systemMemory} MiB for the system`,
      why: `a ${app.serverType} (${cores} cores) has ${memory * 1024} MiB`,
      fix: "write less memory or fewer instances, or choose a larger serverType",
    },
  ];
};
