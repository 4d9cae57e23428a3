import * as pulumi from "@pulumi/pulumi";
import type { RandomPassword } from "@pulumi/random/randomPassword";
import type { Database } from "../blueprint/database";
import type { ServerCertificate } from "../provider/certificates/serverCertificate";
import { Configuration, type ConfigurationArgs } from "../provider/machine/configuration";
import { poolUser } from "../roles/database/pgHba.conf";
import { poolPaths as paths } from "../roles/database/pool/paths";
import { pool } from "../roles/database/pool/pool";
import { heading, lines } from "../roles/text";
import { encrypted, type DeferredFile } from "./machine";

export interface ConnectionPoolArgs {
  readonly database: Database;
  /** The database's machine, and the way to it. */
  readonly at: Pick<ConfigurationArgs, "machine" | "serverId" | "connection" | "lease">;
  /** Its server: with that, the pool is gone too. */
  readonly server: pulumi.Resource;
  /** PostgreSQL's configuration. */
  readonly after: pulumi.Resource;
  /** Of the instances' role. */
  readonly password: RandomPassword;
  /** The database's own: instances know its authority already. */
  readonly certificate: ServerCertificate;
}

/**
 * The pool in front of PostgreSQL. Its configuration is one of its own: in an update that adds it, instances come after it,
 * and in one that takes it away, it goes when none of them uses it any more.
 */
export class ConnectionPool extends pulumi.ComponentResource {
  readonly configuration: Configuration;

  constructor(name: string, args: ConnectionPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:ConnectionPool", name, {}, opts);
    const { after, at, database, server } = args;
    const { packages = [], files = {}, units = [] } = pool(database);
    this.configuration = new Configuration(
      name,
      {
        ...at,
        part: "database-pool",
        withdraw: true,
        packages: [...packages],
        files: {
          ...Object.fromEntries(Object.entries(files).map(([path, file]) => [path, encrypted(file)])),
          ...deferredFiles(args),
        },
        units: [...units],
      },
      { parent: this, dependsOn: [after], deletedWith: server },
    );
    this.registerOutputs({});
  }
}

function deferredFiles({
  database: { user },
  password,
  certificate,
}: ConnectionPoolArgs): Record<string, DeferredFile> {
  const mine = { owner: poolUser, group: poolUser, mode: "0600" };
  const secret = (content: (password: string) => string) => pulumi.secret(password.result.apply(content));
  return {
    [paths.users]: { content: secret((word) => lines(heading(";"), `"${user}" "${word}"`)), ...mine },
    // Any host, port and database: only this file's reader decides where it is used.
    [paths.passfile]: { content: secret((word) => lines(heading(), `*:*:*:${user}:${word}`)), mode: "0600" },
    [paths.certificate]: { content: certificate.certificate },
    [paths.key]: { content: pulumi.secret(certificate.key), ...mine },
    [paths.authority]: { content: certificate.authority },
  };
}
