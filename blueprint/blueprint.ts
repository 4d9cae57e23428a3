import {
  networkGateway,
  networkRange,
  placementGroup,
  privateAddress,
  subnetRange,
  type MachineKind,
} from "./addresses";
import { locations, type LocationName, serverTypes, type ServerTypeName } from "../catalog";
import { databaseOf, type Database } from "./database";
import { instanceMemory } from "./memory";
import {
  appRules,
  databaseRules,
  laterAdminRule,
  loadBalancerRules,
  monitorRules,
  watchedRules,
  type NetworkPlan,
  type FirewallRule,
} from "./firewallRules";
import { ports } from "./ports";
import type { Settings } from "./settings";
import { kebab } from "../lib/text";

/** What a machine does. One machine may have several roles (`app` and `database` on the smallest stack). */
export type Role = "loadBalancer" | "database" | "monitor" | "app";

/** One environment as plain data: what there is, where, and how it is called. Computed from settings, never changed. */
export interface Blueprint {
  readonly stack: string;
  readonly settings: Settings;
  readonly network: {
    readonly range: string;
    readonly subnet: string;
    readonly gateway: string;
    readonly zone: string;
  };
  /** In the order in which they are named; a machine's identity is its name, never its place in this list. */
  readonly machines: readonly MachinePlan[];
  /** Names of the spread placement groups that machines name. */
  readonly placementGroups: readonly string[];
  /** Cloud firewalls by name: what the public side of the machines that name them lets in. */
  readonly firewalls: Readonly<Record<string, CloudFirewall>>;
  /** Every instance of the app on every machine. */
  readonly instances: readonly Instance[];
  /** Absent: the stack has no database. */
  readonly database?: Database;
  /** Absent: nobody watches the stack. */
  readonly monitor?: MonitorPlan;
}

/** Who watches the stack. */
export interface MonitorPlan {
  /** Where the monitor is, e.g. `load-balancer-1`. */
  readonly machine: string;
  readonly privateAddress: string;
  /** Whether that machine does nothing else. */
  readonly apart: boolean;
}

export interface CloudFirewall {
  readonly rules: readonly FirewallRule[];
  readonly labels: Readonly<Record<string, string>>;
}

/** One server of the stack, before there is a cloud. */
export interface MachinePlan {
  /** Within the stack, e.g. `app-1`. */
  readonly name: string;
  /** In the cloud and as host name: `<stack>-app-1`. */
  readonly serverName: string;
  readonly roles: readonly Role[];
  readonly serverType: ServerTypeName;
  readonly location: LocationName;
  readonly image: string;
  readonly privateAddress: string;
  readonly publicIpv4: boolean;
  readonly publicIpv6: boolean;
  /** Whether the floating IP may come to it: to load balancers on machines of their own. */
  readonly floatingIp: boolean;
  readonly placementGroup: string;
  readonly firewall: string;
  /** What the machine's own firewall lets in, on both sides. */
  readonly firewallRules: readonly FirewallRule[];
  readonly labels: Readonly<Record<string, string>>;
}

/** One process of the app. */
export interface Instance {
  /** e.g. `app-1-2`: the second one of machine `app-1` */
  readonly name: string;
  readonly machine: string;
  /** From 1, on its machine. */
  readonly number: number;
  readonly address: string;
  readonly port: number;
  readonly agentPort: number;
  /** MiB */
  readonly memory: number;
}

/** Everything that exists in one environment. Pure arithmetic over settings that were checked. */
export function makeBlueprint(settings: Settings): Blueprint {
  const { stack, app, loadBalancer, database, monitor } = settings;
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
  // The smallest stack has no load balancer machine: the app machine then has that role too.
  const apart = loadBalancer.machines > 0;
  // Roles without a machine of their own are on the app machine, of which there is then exactly one.
  const colocatedRoles: Role[] = [
    ...(apart ? [] : (["loadBalancer"] as const)),
    ...(database?.machines === 0 ? (["database"] as const) : []),
  ];
  const watcher = monitor && monitorOf(monitor.machines > 0, apart);
  const network: NetworkPlan = {
    allowFrom: settings.admin.allowFrom,
    https: settings.https !== undefined,
    loadBalancers: apart
      ? numbers(loadBalancer.machines).map((number) => privateAddress("load-balancer", number))
      : [privateAddress("app", 1)],
    jumpHosts: numbers(2).map((number) => privateAddress("load-balancer", number)),
    lastJumpHost: privateAddress("app", 1),
    appMachines: numbers(app.machines).map((number) => privateAddress("app", number)),
    ...(watcher && { monitor: watcher.privateAddress }),
    instances: [app.port, app.port + app.instances - 1],
    agents: [ports.agent + 1, ports.agent + app.instances],
  };

  const machine = (
    kind: MachineKind,
    number: number,
    is: Pick<MachinePlan, "roles" | "serverType" | "publicIpv4">,
  ): MachinePlan => {
    const name = `${kind}-${number}`;
    const later = apart && kind === "app" && number === 1;
    const firewallRules = [
      ...is.roles.flatMap((role) => firewallRulesOf[role](network)),
      ...(later ? [laterAdminRule(network)] : []),
      ...watchedRules(network, is.roles),
    ];
    return {
      ...is,
      name,
      serverName: `${stack}-${name}`,
      location: settings.location,
      image: "debian-13",
      privateAddress: privateAddress(kind, number),
      // To fetch packages. Both firewalls let nothing in over IPv6.
      publicIpv6: true,
      floatingIp: kind === "load-balancer",
      placementGroup: placementGroup(kind, number),
      firewall: is.roles.map(kebab).join("-"),
      firewallRules,
      labels: { stack, role: is.roles.join("_"), machine: name },
    };
  };

  const machines = [
    ...numbers(loadBalancer.machines).map((number) =>
      machine("load-balancer", number, {
        roles: ["loadBalancer"],
        serverType: loadBalancer.serverType,
        publicIpv4: true,
      }),
    ),
    ...numbers(database?.machines ?? 0).map((number) =>
      machine("database", number, {
        roles: ["database"],
        serverType: database?.serverType ?? app.serverType,
        publicIpv4: false,
      }),
    ),
    ...numbers(monitor?.machines ?? 0).map((number) =>
      machine("monitor", number, {
        roles: ["monitor"],
        serverType: monitor?.serverType ?? loadBalancer.serverType,
        // Many services that messages go to have no IPv6.
        publicIpv4: true,
      }),
    ),
    ...numbers(app.machines).map((number) =>
      machine("app", number, {
        roles: ["app", ...colocatedRoles],
        serverType: app.serverType,
        publicIpv4: !apart,
      }),
    ),
  ];

  return freeze({
    stack,
    settings,
    network: {
      range: networkRange,
      subnet: subnetRange,
      gateway: networkGateway,
      zone: locations[settings.location].network_zone,
    },
    machines,
    placementGroups: unique(machines.map(({ placementGroup: group }) => group)),
    firewalls: Object.fromEntries(
      machines.map(({ firewall, labels: { role = "" }, firewallRules }) => [
        firewall,
        {
          rules: firewallRules.filter(({ machineOnly, side }) => side === "public" && !machineOnly),
          labels: { stack, role },
        },
      ]),
    ),
    instances: machines.filter(({ roles }) => roles.includes("app")).flatMap((on) => instancesOf(on, settings)),
    ...(database && { database: databaseOf(settings, database) }),
    ...(watcher && { monitor: watcher }),
  });
}

const firewallRulesOf: Readonly<Record<Role, (network: NetworkPlan) => FirewallRule[]>> = {
  loadBalancer: loadBalancerRules,
  database: databaseRules,
  monitor: monitorRules,
  app: appRules,
};

/** On its own machine, else on the way in, which has a public IPv4 and little to do. */
function monitorOf(own: boolean, loadBalancersApart: boolean): MonitorPlan {
  const kind: MachineKind = own ? "monitor" : loadBalancersApart ? "load-balancer" : "app";
  return { machine: `${kind}-1`, privateAddress: privateAddress(kind, 1), apart: own };
}

function instancesOf({ name, privateAddress: address }: MachinePlan, { app, database }: Settings): Instance[] {
  return Array.from({ length: app.instances }, (_, index) => ({
    name: `${name}-${index + 1}`,
    machine: name,
    number: index + 1,
    address,
    port: app.port + index,
    agentPort: ports.agent + index + 1,
    memory: instanceMemory(app, database),
  }));
}

/** Cores of a machine of this type. */
export function coresOf({ serverType }: Pick<MachinePlan, "serverType">): number {
  return serverTypes[serverType].cores;
}

/** All machines with a role, in the order of their numbers. */
export function machinesWith({ machines }: Blueprint, role: Role): readonly MachinePlan[] {
  return machines.filter(({ roles }) => roles.includes(role));
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** Makes a plain value unchangeable at every depth. */
function freeze<T>(value: T): T {
  if (value !== null && typeof value === "object" && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(freeze);
  }
  return value;
}
