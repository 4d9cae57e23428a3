import type { MachinePlan } from "../blueprint/blueprint";
import { locations } from "../catalog";
import { ports } from "../blueprint/ports";
import type { BackupFacts, Facts } from "./facts";

/** What the picture of a stack shows, before anybody decides how it is drawn. From the visitors down to the app. */
export interface Picture {
  readonly entrance: { readonly label: string; readonly flow: string };
  /** From top to bottom; each row's machines are alike. */
  readonly rows: readonly Row[];
  /** What lies outside of the private network, below the last row; absent where there is nothing. */
  readonly beyond?: { readonly flow: string; readonly row: Row };
}

/** Boxes side by side: machines of one role. */
export interface Row {
  readonly title: string;
  readonly boxes: readonly Box[];
  /** Machines that there was no room for. */
  readonly more: number;
  /** What goes from this row to the next, e.g. `HTTP to 8001-8002`; absent for the last one. */
  readonly flow?: string;
}

/** A machine, or what is in its place. */
export interface Box {
  readonly name: string;
  /** One each: roles and type, addresses. */
  readonly lines: readonly string[];
  /** Ports of the app's instances on it. */
  readonly instances: readonly number[];
}

/** More machines of a kind than this make a picture that shows nothing. */
const shown = 6;

const roleNames = { loadBalancer: "load balancer", database: "database", monitor: "monitor", app: "app" } as const;

/** The machines of a stack, their roles and addresses, and where requests go. */
export function pictureOf(facts: Facts): Picture {
  const { blueprint, loadBalancers, appMachines, database } = facts;
  const row = (title: string, machines: readonly MachinePlan[], flow?: string): Row => ({
    title,
    boxes: machines.slice(0, shown).map((machine) => box(facts, machine)),
    more: Math.max(0, machines.length - shown),
    flow,
  });
  const { port, instances } = blueprint.settings.app;
  const last = port + instances - 1;
  const toInstances = `HTTP and health checks to ${last > port ? `${port}-${last}` : port}, private network ${blueprint.network.subnet}`;
  const floating = loadBalancers.some(({ floatingIp }) => floatingIp);
  const onOneMachine = loadBalancers.every(({ roles }) => roles.includes("app"));
  const apart = database?.apart ? database.machine : undefined;
  const pool = blueprint.database?.pool;
  const postgresql = pool
    ? `PostgreSQL through a pool of ${pool.size}, over TLS to ${pool.port}`
    : `PostgreSQL over TLS to ${ports.database}`;
  const toDatabase = apart && `${postgresql}, private network ${blueprint.network.subnet}`;
  return {
    entrance: {
      label: "Visitors",
      flow: `HTTP to ${ports.http} ${floating ? "of the floating IP" : "of the public IPv4 and IPv6 address"}`,
    },
    rows: [
      ...(onOneMachine
        ? []
        : [row(loadBalancers.length > 1 ? "Load balancers" : "Load balancer", loadBalancers, toInstances)]),
      row(
        onOneMachine && !apart ? "The machine" : appMachines.length > 1 ? "App machines" : "App machine",
        appMachines,
        toDatabase,
      ),
      ...(apart ? [row("Database machine", [apart])] : []),
    ],
    ...(database?.backup && { beyond: storage(database.backup) }),
  };
}

function storage({ s3, storage: { location, type } }: BackupFacts): Picture["beyond"] {
  const { city } = locations[location];
  return {
    flow: "Backups, encrypted, over SFTP",
    row: {
      title: "Backup storage",
      boxes: [
        { name: `Storage Box ${type}`, lines: [city], instances: [] },
        ...(s3 ? [{ name: `Bucket ${s3.bucket}`, lines: [new URL(s3.endpoint).host], instances: [] }] : []),
      ],
      more: 0,
    },
  };
}

function box({ blueprint }: Facts, machine: MachinePlan): Box {
  const publicNets = [...(machine.publicIpv4 ? ["IPv4"] : []), ...(machine.publicIpv6 ? ["IPv6"] : [])].join(" and ");
  const letsIn = machine.firewallRules.some(({ machineOnly, side }) => side === "public" && !machineOnly);
  return {
    name: machine.serverName,
    lines: [
      `${machine.roles.map((role) => roleNames[role]).join(", ")} (${machine.serverType})`,
      machine.privateAddress,
      ...(blueprint.database?.machine === machine.name ? [`volume of ${blueprint.database.volume.size} GB`] : []),
      letsIn ? `public ${publicNets}` : `${publicNets} outwards only`,
    ],
    instances: blueprint.instances.filter((instance) => instance.machine === machine.name).map(({ port }) => port),
  };
}
