import * as pulumi from "@pulumi/pulumi";
import { machinesWith } from "../blueprint/blueprint";
import { healthQuestion } from "../roles/health";
import { keeperConfiguration, keeperPaths } from "../roles/loadBalancer/floatingIpKeeper/floatingIpKeeper";
import { floatingIpPaths } from "../roles/loadBalancer/floatingIps";
import type { CertificateKeys } from "./certificateKeys";
import { configureInTurn } from "./configureInTurn";
import { FloatingIp } from "./floatingIp";
import { type JumpHost, type DeferredFile, type LeaseArgs, Machine, type SharedResources } from "./machine";

/** What load balancers need to move the floating IP. */
export interface Failover {
  /** The API's base URL as machines reach it. */
  readonly endpoint: string;
  /** Absent in previews. */
  readonly token?: string;
}

export interface LoadBalancerPairArgs extends SharedResources {
  readonly failover: Failover;
}

/**
 * The machines that visitors talk to: none (the app machine has the role), one, or two that share the floating IP.
 *
 * They are also the way in to all other machines, so their servers come first; they are configured last, because a load
 * balancer is well when an instance answers through it.
 */
export class LoadBalancerPair extends pulumi.ComponentResource {
  readonly machines: readonly Machine[];
  /** The way in to machines without a public address. */
  readonly jumpHosts: readonly JumpHost[];
  /** The address that visitors know; none without load balancer machines. */
  readonly floatingIp?: FloatingIp;

  constructor(
    name: string,
    private readonly args: LoadBalancerPairArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("holdfast:index:LoadBalancerPair", name, {}, opts);
    this.machines = args.blueprint.machines
      .filter(({ floatingIp }) => floatingIp)
      .map((machine) => new Machine(machine.name, { ...args, machine }, { parent: this }));
    this.jumpHosts = this.machines.map(({ publicAddress, server }) => ({ host: publicAddress, serverId: server.id }));
    if (this.machines.length > 0) {
      this.floatingIp = new FloatingIp("visitors", { blueprint: args.blueprint }, { parent: this });
    }
    this.registerOutputs({ floatingIp: this.floatingIp?.address });
  }

  /**
   * Puts HAProxy in front of the instances.
   *
   * @param after the configurations of the app machines
   * @param certificates for https; absent: the stack serves http alone
   */
  configure(after: readonly pulumi.Resource[], lease: LeaseArgs, certificates?: CertificateKeys): pulumi.Resource[] {
    // The one that takes over comes first: if the change is bad, the one that serves never sees it.
    return configureInTurn([...this.machines].reverse(), {
      after,
      lease,
      deferredFiles: (machine) => ({
        ...this.failoverFiles(machine),
        ...(this.floatingIp && certificates?.files(machine.plan, this.floatingIp.address)),
      }),
    });
  }

  /** What the floating IP keeper has to know; ids and addresses are known once the resources are there. */
  private failoverFiles({ plan, server }: Machine): Readonly<Record<string, DeferredFile>> {
    const { blueprint, failover } = this.args;
    if (!this.floatingIp) return {};
    const peers = machinesWith(blueprint, "loadBalancer").filter(({ name }) => name !== plan.name);
    const configuration = pulumi
      .all([server.id, this.floatingIp.floatingIpId, this.floatingIp.address])
      .apply(([serverId, id, address]) =>
        keeperConfiguration({
          endpoint: failover.endpoint,
          serverId: Number(serverId),
          floatingIps: [{ id, address }],
          privateAddress: plan.privateAddress,
          peers: peers.map(({ privateAddress }) => privateAddress),
          instances: blueprint.instances,
          health: healthQuestion(blueprint.settings),
        }),
      );
    return {
      [floatingIpPaths.addresses]: { content: pulumi.interpolate`${this.floatingIp.address}/32\n` },
      [keeperPaths.configuration]: { content: configuration, mode: "0600" },
      [keeperPaths.token]: { content: pulumi.secret(`${failover.token ?? ""}\n`), mode: "0600" },
    };
  }
}
