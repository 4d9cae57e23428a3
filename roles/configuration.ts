import type { Role } from "../blueprint/blueprint";
import { app } from "./app/app";
import { base } from "./base/base";
import { combine } from "./combine";
import { databasePackages } from "./database/packages";
import { loadBalancer } from "./loadBalancer/loadBalancer";
import type { RoleConfiguration, RoleContext, RoleRenderer } from "./types";

const renderers: Readonly<Record<Role, RoleRenderer>> = { app, database: databasePackages, loadBalancer };

/** Everything that one machine gets: the base, then each of its roles, in this order. */
export function configurationOf(context: RoleContext): Required<RoleConfiguration> {
  return combine([base, ...context.machine.roles.map((role) => renderers[role])].map((render) => render(context)));
}
