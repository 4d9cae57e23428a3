import { networkRange } from "./addresses";
import { ports } from "./ports";

/** Traffic that a firewall lets in: to these ports, from these addresses. Everything else is dropped. */
export interface FirewallRule {
  /** Which side of the machine: the Internet's, which Hetzner's firewall filters too, or the private network's. */
  readonly side: "public" | "private";
  readonly protocol: "tcp" | "icmp" | "vrrp";
  /** First and last port; only TCP has them. */
  readonly ports?: readonly [number, number];
  /** Ranges or addresses. */
  readonly from: readonly string[];
  /** Shown beside the rule in both firewalls. */
  readonly purpose: string;
  /** The program that connects there; on its machine it may open no other connection like this. @default any program */
  readonly by?: ConfinedProgram;
  /** Whether only the machine's own firewall opens it, while Hetzner's stays shut. @default both do */
  readonly machineOnly?: true;
}

/**
 * Programs that answer whoever talks to them, and so are the first to be taken over. HAProxy opens no connection but those
 * that the rules name it for. The app opens none in the private network but those; the Internet is its own business.
 */
export type ConfinedProgram = "haproxy" | "app";

/** Connections that a confined program may open from its machine. */
export interface EgressRule {
  readonly by: ConfinedProgram;
  /** Private addresses or ranges. */
  readonly to: readonly string[];
  /** First and last port, TCP. */
  readonly ports: readonly [number, number];
  readonly purpose: string;
}

const anywhere = ["0.0.0.0/0", "::/0"] as const;

/** Addresses and ports that the rules of a machine are made of. */
export interface NetworkPlan {
  readonly allowFrom: readonly string[];
  /** Whether visitors come by https as well. */
  readonly https: boolean;
  /** Private addresses of the machines that have the load balancer's role. */
  readonly loadBalancers: readonly string[];
  /**
   * Private addresses of the load balancers on every rung of the ladder. The step from one rung to another comes by the new
   * way to machines that still have the old configuration.
   */
  readonly jumpHosts: readonly string[];
  /**
   * The first app machine's, which is the way in where there is no load balancer machine. Behind it is the database alone.
   * That lets it in on every rung, or a stack whose last load balancer is broken could not do without it.
   */
  readonly lastJumpHost: string;
  /** Private addresses of the app machines. */
  readonly appMachines: readonly string[];
  /** Private address of the machine that watches the others. @default nobody does */
  readonly monitor?: string;
  /** Ports of the instances of one app machine. */
  readonly instances: readonly [number, number];
  /** Ports of their drain agents. */
  readonly agents: readonly [number, number];
}

/** Visitors from everywhere, SSH from the admins, and what the pair asks of one another. */
export function loadBalancerRules(network: NetworkPlan): FirewallRule[] {
  const { allowFrom, https, loadBalancers, jumpHosts, appMachines } = network;
  return [
    { side: "public", protocol: "tcp", ports: [ports.http, ports.http], from: anywhere, purpose: "visitors" },
    ...(https ? httpsRules(network) : []),
    { side: "public", protocol: "icmp", from: anywhere, purpose: "path MTU and ping" },
    { side: "public", protocol: "tcp", ports: [ports.ssh, ports.ssh], from: allowFrom, purpose: "admins" },
    ...overPrivateNetwork(jumpHosts, [ports.ssh, ports.ssh], "jump hosts"),
    // App machines look whether a load balancer still sends visitors to an instance that is about to be stopped.
    ...overPrivateNetwork(
      [...new Set([...loadBalancers, ...appMachines])],
      [ports.status, ports.status],
      "HAProxy's status",
    ),
    ...overPrivateNetwork(loadBalancers, [ports.peers, ports.peers], "HAProxy's peers", "haproxy"),
    ...overPrivateNetwork(loadBalancers, [ports.floatingIpKeeper, ports.floatingIpKeeper], "floating IP keepers"),
    { side: "private", protocol: "vrrp", from: loadBalancers, purpose: "who is master" },
  ];
}

/** Visitors by https; load balancers look at the certificate that the other one shows, and at its answer to an authority. */
function httpsRules({ loadBalancers }: NetworkPlan): FirewallRule[] {
  const { http, https, certificateKeeper } = ports;
  return [
    { side: "public", protocol: "tcp", ports: [https, https], from: anywhere, purpose: "visitors by https" },
    ...[http, https].flatMap((port) => overPrivateNetwork(loadBalancers, [port, port], "certificates of the pair")),
    ...overPrivateNetwork(loadBalancers, [certificateKeeper, certificateKeeper], "certificate keepers"),
  ];
}

/** Load balancers reach instances and their agents; SSH comes through the jump hosts. */
export function appRules({ loadBalancers, jumpHosts, instances, agents }: NetworkPlan): FirewallRule[] {
  return [
    ...overPrivateNetwork(jumpHosts, [ports.ssh, ports.ssh], "jump hosts"),
    ...overPrivateNetwork(loadBalancers, instances, "instances", "haproxy"),
    ...overPrivateNetwork(loadBalancers, agents, "drain agents", "haproxy"),
    { side: "private", protocol: "icmp", from: [networkRange], purpose: "ping" },
  ];
}

/**
 * The first app machine becomes the way in when the last load balancer goes: it then has to let admins in before it can be
 * configured to. Until that day no connection arrives, since Hetzner's firewall is shut and the machine has no public IPv4.
 */
export function laterAdminRule({ allowFrom }: NetworkPlan): FirewallRule {
  const range = [ports.ssh, ports.ssh] as const;
  return { side: "public", protocol: "tcp", ports: range, from: allowFrom, purpose: "admins", machineOnly: true };
}

/** The monitor's own machine: SSH comes through the jump hosts, and nothing else comes. */
export function monitorRules({ jumpHosts }: NetworkPlan): FirewallRule[] {
  return [
    ...overPrivateNetwork(jumpHosts, [ports.ssh, ports.ssh], "jump hosts"),
    { side: "private", protocol: "icmp", from: [networkRange], purpose: "ping" },
  ];
}

/** What the monitor asks each machine for, by what the machine does. */
export function watchedRules({ monitor }: NetworkPlan, roles: readonly string[]): FirewallRule[] {
  if (monitor === undefined) return [];
  const open = (port: number, purpose: string) => overPrivateNetwork([monitor], [port, port], purpose);
  return [
    ...open(ports.machineFigures, "the monitor reads the machine's figures"),
    ...(roles.includes("loadBalancer") ? open(ports.status, "the monitor reads HAProxy's figures") : []),
    ...(roles.includes("database") ? open(ports.databaseFigures, "the monitor reads PostgreSQL's figures") : []),
  ];
}

/** Instances reach PostgreSQL; SSH comes through the jump hosts. All else is refused. */
export function databaseRules({ jumpHosts, lastJumpHost, appMachines }: NetworkPlan): FirewallRule[] {
  return [
    ...overPrivateNetwork([...jumpHosts, lastJumpHost], [ports.ssh, ports.ssh], "jump hosts"),
    ...overPrivateNetwork(appMachines, [ports.database, ports.database], "instances use PostgreSQL", "app"),
    // Also without a pool: while one is removed, each instance uses it until its own restart.
    ...overPrivateNetwork(appMachines, [ports.pool, ports.pool], "instances use PostgreSQL's pool", "app"),
    { side: "private", protocol: "icmp", from: [networkRange], purpose: "ping" },
  ];
}

function overPrivateNetwork(
  from: readonly string[],
  range: readonly [number, number],
  purpose: string,
  by?: ConfinedProgram,
): FirewallRule[] {
  return [{ side: "private", protocol: "tcp", ports: range, from, purpose, ...(by && { by }) }];
}

/** A machine as others see it. */
interface Neighbour {
  readonly privateAddress: string;
  readonly firewallRules: readonly FirewallRule[];
}

/**
 * What the confined programs of a machine may open: the other side of what all machines let in from it.
 *
 * @param address the machine's private address
 */
export function egressOf(address: string, machines: readonly Neighbour[]): EgressRule[] {
  const egress = new Map<string, EgressRule>();
  for (const { privateAddress, firewallRules } of machines) {
    for (const { by, from, ports: range, purpose } of firewallRules) {
      if (!by || !range || !from.includes(address)) continue;
      const key = `${by} ${purpose}`;
      const to = [...(egress.get(key)?.to ?? []), privateAddress];
      // While a database moves to another machine, instances use the old one until their turn.
      egress.set(key, { by, to: by === "app" ? [networkRange] : to, ports: range, purpose });
    }
  }
  return [...egress.values()];
}
