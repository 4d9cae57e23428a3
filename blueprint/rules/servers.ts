import { locations, type ServerTypeName, serverTypeNames, serverTypes } from "../../catalog";
import type { Rule } from "./rule";

/** Not every server type is sold everywhere. */
export const serverTypesAreThere: Rule = ({ location, app, loadBalancer, database, monitor }) => {
  if (!location) return [];
  const sold = (type: ServerTypeName) => serverTypes[type].locations.includes(location);
  const kept = (type: ServerTypeName) => serverTypes[type].deprecated_locations.includes(location);
  return Object.entries({ app, loadBalancer, database, monitor }).flatMap(([name, section]) =>
    !section || sold(section.serverType) || kept(section.serverType)
      ? []
      : [
          {
            setting: `holdfast:${name}.serverType`,
            value: section.serverType,
            wrong: `is not sold in ${location}`,
            why: `${location} is in Hetzner's network zone ${locations[location].network_zone}, which has other server types`,
            fix: `write one of ${serverTypeNames.filter(sold).join(", ")}, or choose another holdfast:location`,
          },
        ],
  );
};

/** Servers that one private network takes, by Hetzner's documentation; support may raise it. */
const networkLimit = 100;

/** A warning only, because Hetzner's support may raise the limit. */
export const manyMachines: Rule = ({ app, loadBalancer, database, monitor }) => {
  const machines = [app, loadBalancer, database, monitor].reduce((sum, section) => sum + (section?.machines ?? 0), 0);
  return machines <= networkLimit
    ? []
    : [
        {
          setting: "holdfast:app.machines",
          value: app?.machines,
          wrong: `makes ${machines} machines in one private network`,
          why: `Hetzner documents a limit of ${networkLimit} servers for each network`,
          fix: "ask Hetzner's support to raise it before you run `pulumi up`, or choose larger machines",
        },
      ];
};
