import { VolumeAttachment } from "@pulumi/hcloud/volumeAttachment";
import * as pulumi from "@pulumi/pulumi";
import { databaseAddresses, type Database } from "../blueprint/database";
import { ServerCertificate } from "../provider/certificates/serverCertificate";
import { Configuration } from "../provider/machine/configuration";
import { instanceDatabaseEnvironment } from "../roles/app/database";
import { appPaths } from "../roles/app/paths";
import { database as databaseRole } from "../roles/database/database";
import { databasePackages } from "../roles/database/packages";
import { databasePaths, databaseUnits, unitPath } from "../roles/database/paths";
import { mountUnit, volumeFile } from "../roles/database/volume";
import type { BackupRepository } from "./backupRepository";
import { ConnectionPool } from "./connectionPool";
import { databaseLogins, type Logins } from "./databaseLogins";
import { DatabaseVolume } from "./databaseVolume";
import { encrypted, type JumpHost, type DeferredFile, type LeaseArgs, Machine, type SharedResources } from "./machine";
import type { Rotations } from "./rotations";

export interface DatabaseHostArgs extends SharedResources, Database {
  /** The load balancers, which are the way in. */
  readonly jumpHosts: readonly JumpHost[];
  readonly lease: LeaseArgs;
  /** The app machines; the first has the database, where it has no machine of its own. */
  readonly apps: readonly Machine[];
  /** Where its backups go. @default it has none */
  readonly repository?: BackupRepository;
  readonly rotations: Rotations;
}

/** Resources that the database's configuration needs. */
interface Prerequisites {
  readonly data: DatabaseVolume;
  readonly attachment: VolumeAttachment;
  readonly logins: Logins;
  /** What the server shows. */
  readonly certificate: ServerCertificate;
  /** PEM of what clients trust. */
  readonly authority: pulumi.Output<string>;
}

/**
 * PostgreSQL and its volume, on a machine of its own or on the app machine.
 *
 * What is where the volume is has a configuration of its own (`database`): when the settings name another machine, it is
 * withdrawn from the old one, which stops PostgreSQL and unmounts the volume, before the volume is taken away.
 */
export class DatabaseHost extends pulumi.ComponentResource {
  /** The machine that is there for the database; none where it shares one. */
  readonly machines: readonly Machine[];
  /** What has to be done before an instance can use the database. */
  readonly ready: readonly Configuration[];
  /** How instances find it: files for their machines, by path. */
  readonly instanceFiles: Readonly<Record<string, DeferredFile>>;

  constructor(
    private readonly name: string,
    private readonly args: DatabaseHostArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("holdfast:index:DatabaseHost", name, {}, opts);
    const { blueprint, volume } = args;
    this.machines = blueprint.machines
      .filter(({ name: machine, roles }) => machine === args.machine && !roles.includes("app"))
      .map((machine) => new Machine(machine.name, { ...args, machine }, { parent: this }));
    const holder = this.machines[0] ?? args.apps.find(({ plan }) => plan.name === args.machine);
    if (!holder) throw new Error(`the database's machine ${args.machine} is not there`);
    const via = this.jumpHostsFor(holder);

    const data = new DatabaseVolume(name, { blueprint, volume, machine: args.machine }, { parent: this });
    const logins = databaseLogins(name, { database: args, rotations: args.rotations, parent: this });
    const attachment = this.attach(data, holder, [
      // Its firewall first, and programs while the database still runs where it was.
      ...this.machines.map((machine) => machine.configure({ via, lease: args.lease })),
      this.installPrograms(holder, via),
    ]);
    const prerequisites = { data, attachment, logins, ...this.certificates() };
    const configuration = this.configure(holder, via, prerequisites);
    this.ready = args.pool ? [configuration, this.pool(holder, via, prerequisites, configuration)] : [configuration];
    this.instanceFiles = instanceFiles(args, prerequisites);
    this.registerOutputs({ volumeId: data.volumeId });
  }

  /** While the authority changes, clients trust both, and the server goes on with the old one until they do. */
  private certificates(): Pick<Prerequisites, "certificate" | "authority"> {
    const { blueprint, rotations } = this.args;
    const subject = { commonName: `${blueprint.stack} database`, addresses: databaseAddresses };
    const { old, current } = rotations.both(
      "ca",
      this.name,
      (one, { dependsOn }) => new ServerCertificate(one, subject, { parent: this, dependsOn }),
    );
    const authorities = [...(old ? [old] : []), current].map(({ authority }) => authority.apply(withNewline));
    return { certificate: old ?? current, authority: pulumi.concat(...authorities) };
  }

  /** Without a load balancer machine the app machine is the way in: to itself straight, to others as a jump host. */
  private jumpHostsFor(holder: Machine): readonly JumpHost[] {
    const { apps, jumpHosts } = this.args;
    if (jumpHosts.length > 0 || apps.includes(holder)) return jumpHosts;
    return apps.slice(0, 1).map(({ publicAddress, server }) => ({ host: publicAddress, serverId: server.id }));
  }

  private installPrograms(holder: Machine, via: readonly JumpHost[]): Configuration {
    return new Configuration(
      `${this.name}-programs`,
      {
        machine: holder.plan.name,
        part: "database-programs",
        serverId: holder.server.id,
        connection: holder.connection(via),
        lease: this.args.lease,
        packages: [...(databasePackages().packages ?? [])],
      },
      { parent: this, deletedWith: holder.server },
    );
  }

  private attach(data: DatabaseVolume, { server }: Machine, dependsOn: readonly pulumi.Resource[]): VolumeAttachment {
    return new VolumeAttachment(
      this.name,
      { volumeId: data.volumeId, serverId: server.id.apply(Number) },
      // One machine at a time has the volume.
      { parent: this, dependsOn: [...dependsOn], deleteBeforeReplace: true },
    );
  }

  /** On the same machine, once PostgreSQL is there. */
  private pool(
    holder: Machine,
    via: readonly JumpHost[],
    prerequisites: Prerequisites,
    database: Configuration,
  ): Configuration {
    const { attachment, logins, certificate, authority } = prerequisites;
    const at = {
      machine: holder.plan.name,
      serverId: pulumi.interpolate`${attachment.serverId}`,
      connection: holder.connection(via),
      lease: this.args.lease,
    };
    const { configuration } = new ConnectionPool(
      `${this.name}-pool`,
      { database: this.args, at, server: holder.server, after: database, logins, certificate, authority },
      { parent: this },
    );
    return configuration;
  }

  private configure(holder: Machine, via: readonly JumpHost[], prerequisites: Prerequisites): Configuration {
    const { files, units, ...rest } = databaseRole(this.args.blueprint);
    return new Configuration(
      this.name,
      {
        machine: holder.plan.name,
        part: "database",
        withdraw: true,
        moving:
          "PostgreSQL stops, its volume changes machines with every row on it, and PostgreSQL starts again; " +
          "for about half a minute the app has no database",
        // Taken from the attachment, so that a move of the volume withdraws this configuration first.
        serverId: pulumi.interpolate`${prerequisites.attachment.serverId}`,
        connection: holder.connection(via),
        lease: this.args.lease,
        ...rest,
        units: [...units, ...(this.args.repository?.units ?? [])],
        files: {
          ...Object.fromEntries(Object.entries(files).map(([path, file]) => [path, encrypted(file)])),
          ...deferredFiles(prerequisites),
          ...this.args.repository?.files,
        },
      },
      { parent: this, deletedWith: holder.server },
    );
  }
}

function deferredFiles({ data, logins, certificate }: Prerequisites) {
  const { certificate: certificateFile, key, password: passwordFile, volume } = databasePaths;
  return {
    [volume]: { content: pulumi.all([data.volumeId, data.size]).apply(([id, size]) => volumeFile(id, size)) },
    [unitPath(databaseUnits.mount)]: { content: data.volumeId.apply(mountUnit) },
    [passwordFile]: { content: logins.passwords, mode: "0600" },
    [certificateFile]: { content: certificate.certificate.apply(withNewline) },
    [key]: {
      content: pulumi.secret(certificate.key.apply(withNewline)),
      owner: "postgres",
      group: "postgres",
      mode: "0600",
    },
  };
}

function instanceFiles(
  { address, port, pool, name: database }: Database,
  { data, logins: { current }, authority }: Prerequisites,
): Readonly<Record<string, DeferredFile>> {
  return {
    [appPaths.databaseEnvironment]: {
      content: pulumi.secret(
        current.password.apply((password) =>
          instanceDatabaseEnvironment({ address, port, poolPort: pool?.port, database, user: current.user, password }),
        ),
      ),
      mode: "0600",
    },
    [appPaths.databaseAuthority]: { content: authority },
    [appPaths.databaseVolume]: { content: data.volumeId.apply((id) => `${String(id)}\n`) },
  };
}

function withNewline(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}
