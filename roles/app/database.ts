import type { Settings } from "../../blueprint/settings";
import { heading, lines } from "../text";
import { appPaths } from "./paths";

/** Files by which instances find the database, where the stack has one: components/databaseHost.ts writes them. */
export function databaseFiles({ database }: Pick<Settings, "database">): readonly string[] {
  return database ? [appPaths.databaseEnvironment, appPaths.databaseAuthority] : [];
}

/** `DATABASE_URL`, as every PostgreSQL driver reads it. The server has to prove who it is: the private network is not encrypted. */
export function instanceDatabaseEnvironment(login: {
  readonly address: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** Letters and digits. */
  readonly password: string;
}): string {
  const { address, port, database, user, password } = login;
  const url = `postgresql://${user}:${password}@${address}:${port}/${database}`;
  return lines(heading(), `DATABASE_URL="${url}?sslmode=verify-full&sslrootcert=${appPaths.databaseAuthority}"`);
}
