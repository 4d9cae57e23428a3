import { Server } from "@pulumi/hcloud/server";
import * as pulumi from "@pulumi/pulumi";
import { unknown } from "@pulumi/pulumi/output";
import type { Blueprint, MachinePlan } from "../blueprint/blueprint";
import { Configuration, type ConfigurationArgs } from "../provider/machine/configuration";
import { adminUser } from "../roles/adminUser";
import { configurationOf } from "../roles/configuration";
import type { RoleConfiguration, RoleFile } from "../roles/types";
import { userData } from "./userData";

/** What all machines of an environment share. */
export interface SharedResources {
  readonly blueprint: Blueprint;
  readonly networkId: pulumi.Input<number>;
  /** Name in the blueprint → id. */
  readonly firewallIds: Readonly<Record<string, pulumi.Input<number>>>;
  /** Name in the blueprint → id. */
  readonly placementGroupIds: Readonly<Record<string, pulumi.Input<number>>>;
  readonly sshKeyIds: readonly pulumi.Input<string>[];
  /** SHA-256 of the release's content. */
  readonly releaseSha256: string;
}

export interface MachineArgs extends SharedResources {
  readonly machine: MachinePlan;
}

/** A machine that others are reached through. */
export interface JumpHost {
  readonly host: pulumi.Input<string>;
  /** Which server it is: another server has another host key. */
  readonly serverId: pulumi.Input<string>;
}

export interface ConfigureArgs {
  /** Tried in turn. @default none: straight to the machine's own public address */
  readonly via?: readonly JumpHost[];
  /** What is configured before this machine. @default nothing */
  readonly after?: readonly pulumi.Resource[];
  /** Files whose content is known only after other resources are made, by path. @default none */
  readonly deferredFiles?: (machine: Machine) => Readonly<Record<string, DeferredFile>>;
  /** The configuration whose machine has chosen the times of archives. @default the machine chooses */
  readonly timesOf?: Configuration;
  /** The stack's lease, without which the machine may not be changed. @default none is needed */
  readonly lease?: LeaseArgs;
}

/** Where the stack's lease is kept. */
export type LeaseArgs = ReturnType<Machine["lease"]>;

/** A file that a component writes for a role, because its content comes from other resources. */
export interface DeferredFile {
  readonly content: pulumi.Input<string>;
  readonly mode?: string;
  readonly owner?: string;
  readonly group?: string;
}

/**
 * One server and its configuration, in two steps: load balancers have to be there as jump hosts before app machines can
 * be configured, and are themselves configured after them.
 */
export class Machine extends pulumi.ComponentResource {
  readonly plan: MachinePlan;
  readonly server: Server;

  constructor(
    private readonly name: string,
    private readonly args: MachineArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("holdfast:index:Machine", name, {}, opts);
    this.plan = args.machine;
    this.server = this.createServer();
    this.registerOutputs({ serverId: this.server.id });
  }

  private createServer(): Server {
    const { blueprint, firewallIds, machine, networkId, placementGroupIds, sshKeyIds } = this.args;
    const { protect, admin, keepDisks } = blueprint.settings;
    return new Server(
      this.name,
      {
        name: machine.serverName,
        serverType: machine.serverType,
        ...(keepDisks && { keepDisk: true }),
        image: machine.image,
        location: machine.location,
        labels: machine.labels,
        sshKeys: [...sshKeyIds],
        userData: userData(admin.sshKeys),
        // Given at creation: a firewall that is attached later leaves the first minutes open.
        firewallIds: [named(firewallIds, machine.firewall)],
        placementGroupId: named(placementGroupIds, machine.placementGroup),
        networks: [{ networkId, ip: machine.privateAddress, aliasIps: [] }],
        publicNets: [{ ipv4Enabled: machine.publicIpv4, ipv6Enabled: machine.publicIpv6 }],
        deleteProtection: protect,
        rebuildProtection: protect,
      },
      {
        parent: this,
        protect,
        // The name and the private address are taken until the old server is gone.
        deleteBeforeReplace: true,
        // They only matter at creation, and a change would replace the server and what is on it.
        ignoreChanges: ["userData", "image", "sshKeys"],
      },
    );
  }

  /** How the machine is reached: through jump hosts, or without any straight at its public address. */
  connection(via: readonly JumpHost[]) {
    return {
      host: via.length > 0 ? this.plan.privateAddress : this.publicAddress,
      user: adminUser,
      via: via.map((jumpHost) => ({ ...jumpHost, user: adminUser })),
    };
  }

  /**
   * The public IPv4 address. A server that is about to get one, or that was half made by an update that failed, has none
   * in a preview: which one is known after the update.
   */
  get publicAddress(): pulumi.Output<string> {
    const notYet = pulumi.runtime.isDryRun() ? (unknown as unknown as string) : "";
    return this.server.ipv4Address.apply((address: string | null) => address || notYet);
  }

  /** Where the stack's lease is kept: on this machine. @param via see `connection` */
  lease(via: readonly JumpHost[]) {
    return { ...this.connection(via), serverId: this.server.id };
  }

  /** Configures the machine for its roles. */
  configure({ via = [], after = [], deferredFiles, lease, timesOf }: ConfigureArgs): Configuration {
    const { blueprint, machine, releaseSha256 } = this.args;
    const { packages, files, archives, units, checks } = configurationOf({ blueprint, machine, releaseSha256 });
    return new Configuration(
      this.name,
      {
        machine: machine.name,
        serverId: this.server.id,
        connection: this.connection(via),
        ...(lease && { lease }),
        packages: [...packages],
        files: {
          ...Object.fromEntries(Object.entries(files).map(([path, file]) => [path, encrypted(file)])),
          ...deferredFiles?.(this),
        },
        archives: timesOf ? withTimes(archives, timesOf) : archives,
        units: [...units],
        checks: [...checks],
      },
      // A server that is deleted takes its configuration with it, so nothing is cleaned up on it first.
      { parent: this, dependsOn: [...after], deletedWith: this.server },
    );
  }
}

function withTimes(
  archives: NonNullable<RoleConfiguration["archives"]>,
  { archiveTimes }: Configuration,
): ConfigurationArgs["archives"] {
  const timeOf = (path: string) => archiveTimes.apply((times) => times?.[path]) as pulumi.Output<number>;
  return Object.fromEntries(Object.entries(archives).map(([path, one]) => [path, { ...one, time: timeOf(path) }]));
}

/** Secret contents stay secret on their way to the machine and in the state. */
export function encrypted({ secret = false, content, ...file }: RoleFile) {
  return { ...file, content: secret ? pulumi.secret(content) : content };
}

/** The value of that name. @throws when no component has made it, which is a mistake in the program */
function named<T>(values: Readonly<Record<string, T>>, name: string): T {
  const value = values[name];
  if (value === undefined) throw new Error(`the blueprint names ${name}, but no component has made it`);
  return value;
}
