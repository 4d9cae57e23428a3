import type { Settings } from "../../blueprint/settings";
import { heading, lines } from "../text";
import { appPaths } from "./paths";

/** Files that show instances the way to the database, where the stack has one: components/databaseHost.ts writes them. */
export function databaseFiles({ database }: Pick<Settings, "database">): readonly string[] {
  return database ? [appPaths.databaseEnvironment, appPaths.databaseAuthority] : [];
}

/**
 * `DATABASE_URL`, as every PostgreSQL driver reads it, through the pool where there is one, and `DATABASE_DIRECT_URL`, past
 * it. The server has to prove who it is: the private network is not encrypted.
 */
export function instanceDatabaseEnvironment(login: {
  readonly address: string;
  readonly port: number;
  /** Of the pool. @default there is none */
  readonly poolPort?: number;
  readonly database: string;
  readonly user: string;
  /** Letters and digits. */
  readonly password: string;
}): string {
  const { address, port, poolPort = port, database, user, password } = login;
  const query = `sslmode=verify-full&sslrootcert=${appPaths.databaseAuthority}`;
  const url = (at: number) => `"postgresql://${user}:${password}@${address}:${at}/${database}?${query}"`;
  return lines(heading(), `DATABASE_URL=${url(poolPort)}`, `DATABASE_DIRECT_URL=${url(port)}`);
}
