import { type ExtensionName, extensionsOf } from "../../blueprint/extensions";
import type { RoleConfiguration } from "../types";

/** Debian 13's PostgreSQL. */
export const postgresqlVersion = "17";

/** What a machine with the database's role has of its own: programs. Its data comes and goes: roles/database/database.ts. */
export function databasePackages(): RoleConfiguration {
  return { packages: [`postgresql-${postgresqlVersion}`, "python3-psycopg", "xfsprogs"] };
}

/** The packages of extensions. */
export function extensionPackages(extensions: readonly ExtensionName[] = []): RoleConfiguration {
  const packages = extensionsOf(extensions).flatMap((one) => (one.package === undefined ? [] : [one.package]));
  return { packages: [...new Set(packages)] };
}
