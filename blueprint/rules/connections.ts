import { serverTypes } from "../../catalog";
import { systemMemory } from "../memory";
import type { Rule } from "./rule";

/** KiB that HAProxy takes for one connection with its buffers on both sides (as the setting's description says). */
const perConnection = 35;

/** All connections together fit into the memory of the machine that HAProxy is on. */
export const connectionsHaveMemory: Rule = ({ app, loadBalancer }) => {
  if (!app || !loadBalancer) return [];
  const { connections } = loadBalancer.limits;
  const type = loadBalancer.machines > 0 ? loadBalancer.serverType : app.serverType;
  const memory = serverTypes[type].memory * 1024;
  const needed = Math.ceil((connections * perConnection) / 1024);
  if (needed <= memory - systemMemory) return [];
  return [
    {
      setting: "holdfast:loadBalancer.limits.connections",
      value: connections,
      wrong: `needs ${needed} MiB`,
      why: `each connection takes some ${perConnection} KiB; a ${type} has ${memory} MiB, ${systemMemory} of them for the system`,
      fix: `write at most ${Math.floor(((memory - systemMemory) * 1024) / perConnection)}, or choose a larger serverType`,
    },
  ];
};

/** A limit for one source must be below the limit for all sources together. */
export const sourcesHaveShares: Rule = ({ loadBalancer }) => {
  if (!loadBalancer) return [];
  const { connections, connectionsPerSource } = loadBalancer.limits;
  if (connectionsPerSource <= connections) return [];
  return [
    {
      setting: "holdfast:loadBalancer.limits.connectionsPerSource",
      value: connectionsPerSource,
      wrong: `is more than all connections together (${connections})`,
      why: "one source could take all of them, and no other would get in",
      fix: `write at most ${connections}, or leave it out (100)`,
    },
  ];
};

/** Exemptions are for single known sources. */
export const somebodyIsLimited: Rule = ({ loadBalancer }) =>
  (loadBalancer?.limits.exempt ?? []).flatMap((range, index) =>
    range.endsWith("/0")
      ? [
          {
            setting: `holdfast:loadBalancer.limits.exempt[${index}]`,
            value: range,
            wrong: "exempts everybody",
            why: "a flood would then meet no limit at all",
            fix: "raise the limits that are too low, or name the sources that need none",
          },
        ]
      : [],
  );
