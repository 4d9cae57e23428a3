import type { Role } from "../blueprint/blueprint";
import { agentPaths } from "./app/agent";
import { app } from "./app/app";
import { migrationPlace } from "./app/migrate.service";
import { base } from "./base/base";
import { combine } from "./combine";
import { databasePackages } from "./database/packages";
import { watched } from "./monitor/watched";
import { pause } from "./database/pause/pause";
import { loadBalancer } from "./loadBalancer/loadBalancer";
import type { RoleConfiguration, RoleContext, RoleRenderer } from "./types";

const renderers: Readonly<Record<Role, RoleRenderer>> = {
  app,
  database: databasePackages,
  loadBalancer,
  // What the monitor is comes as a configuration of its own: components/stackMonitor.ts.
  monitor: () => ({}),
};

/** Everything that one machine gets: the base, then each of its roles, in this order. */
export function configurationOf(context: RoleContext): Required<RoleConfiguration> {
  const roles = context.machine.roles.map((role) => renderers[role]);
  return combine([base, ...roles, pauseForRestores, figures].map((render) => render(context)));
}

/** Where somebody watches the stack, each machine has its own figures. */
function figures({ blueprint, machine }: RoleContext): RoleConfiguration {
  return blueprint.monitor ? watched(machine) : {};
}

/** Instances have to be stopped while their database is put back. */
function pauseForRestores({ blueprint, machine }: RoleContext): RoleConfiguration {
  const { database, settings, instances } = blueprint;
  if (!database || !settings.backup || !machine.roles.includes("app")) return {};
  const mine = instances.filter((instance) => instance.machine === machine.name).map(({ number }) => number);
  return pause(mine, agentPaths.states, migrationPlace(blueprint, machine));
}
