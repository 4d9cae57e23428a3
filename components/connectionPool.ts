import * as pulumi from "@pulumi/pulumi";
import type { Database } from "../blueprint/database";
import type { ServerCertificate } from "../provider/certificates/serverCertificate";
import { Configuration, type ConfigurationArgs } from "../provider/machine/configuration";
import { poolUser } from "../roles/database/pgHba.conf";
import { poolLogin, poolPaths as paths } from "../roles/database/pool/paths";
import { pool } from "../roles/database/pool/pool";
import { heading, lines } from "../roles/text";
import type { Login, Logins } from "./databaseLogins";
import { encrypted, type DeferredFile } from "./machine";

export interface ConnectionPoolArgs {
  readonly database: Database;
  /** The database's machine, and the way to it. */
  readonly at: Pick<ConfigurationArgs, "machine" | "serverId" | "connection" | "lease">;
  /** Its server: with that, the pool is gone too. */
  readonly server: pulumi.Resource;
  /** PostgreSQL's configuration. */
  readonly after: pulumi.Resource;
  /** Of the instances. */
  readonly logins: Logins;
  /** The database's own: instances know its authority already. */
  readonly certificate: ServerCertificate;
  /** PEM of the authorities that instances trust. */
  readonly authority: pulumi.Output<string>;
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

function deferredFiles({ logins, certificate, authority }: ConnectionPoolArgs): Record<string, DeferredFile> {
  const mine = { owner: poolUser, group: poolUser, mode: "0600" };
  const secret = (content: (all: readonly Login[]) => string) =>
    pulumi.secret(pulumi.output([...logins.valid]).apply(content));
  return {
    [paths.users]: {
      content: secret((all) =>
        lines(
          heading(";"),
          all.map(({ user, password }) => `"${user}" "${password}"`),
        ),
      ),
      ...mine,
    },
    // The newest login: the way in that instances have, or are about to have.
    [paths.login]: {
      content: secret((all) => {
        const { user, password } = all.at(-1) ?? logins.current;
        return lines(heading(), `[${poolLogin}]`, `user=${user}`, `password=${password}`);
      }),
      mode: "0600",
    },
    [paths.certificate]: { content: certificate.certificate },
    [paths.key]: { content: pulumi.secret(certificate.key), ...mine },
    [paths.authority]: { content: authority },
  };
}
