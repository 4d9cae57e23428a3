import type { Provider } from "@pulumi/hcloud/provider";
import * as pulumi from "@pulumi/pulumi";
import type { Blueprint } from "../blueprint/blueprint";
import type { CloudTarget } from "../blueprint/cloudTarget";
import type { Settings } from "../blueprint/settings";
import type { HttpsSecrets } from "../blueprint/resolve/https";
import type { MonitorSecrets } from "../blueprint/resolve/monitor";
import type { S3Keys } from "../blueprint/resolve/backup";
import type { StorageAccess } from "../blueprint/storageAccess";
import type { RepositoryKey } from "../roles/database/backup/key";
import { AdminKeys } from "./adminKeys";
import { AppMachines } from "./appMachines";
import { BackupRepository } from "./backupRepository";
import { BackupStorage } from "./backupStorage";
import { CertificateKeys } from "./certificateKeys";
import { DatabaseHost } from "./databaseHost";
import { DnsRecords } from "./dnsRecords";
import { Firewalls } from "./firewalls";
import { type Failover, LoadBalancerPair } from "./loadBalancerPair";
import type { Machine, SharedResources } from "./machine";
import { Network } from "./network";
import { PlacementGroups } from "./placementGroups";
import { StackMonitor, type StackMonitorArgs } from "./stackMonitor";
import { ReleaseStorage } from "./releaseStorage";
import { Rotations } from "./rotations";
import type { Steps } from "../blueprint/rotations";

export interface EnvironmentArgs {
  readonly blueprint: Blueprint;
  /** SHA-256 of the release's content. */
  readonly releaseSha256: string;
  readonly failover: Failover;
  /** Of the second place for backups; absent in previews. */
  readonly backupKeys?: S3Keys;
  /** Keys of certificates that somebody brought. */
  readonly httpsSecrets?: HttpsSecrets;
  /** Addresses and passwords of the monitor's channels; absent in previews. */
  readonly monitorSecrets?: MonitorSecrets;
  /** Of the project that has the Storage Box. @default the one of the machines' project */
  readonly backupProvider?: Provider;
  /** Of the project that has the DNS zone. @default the one of the machines' project */
  readonly dnsProvider?: Provider;
  /** How far the rotation of each secret has come. @default none was ever begun */
  readonly steps?: Steps;
  /** See `CloudTarget`. */
  readonly resolveHost?: CloudTarget["resolveHost"];
}

/** The stack's output about each machine; nothing secret. */
export interface MachineSummary {
  readonly roles: readonly string[];
  readonly privateAddress: string;
  /** Empty when the machine has none. */
  readonly publicIpv4: string;
  readonly publicIpv6: string;
}

/** One whole environment: everything that a stack consists of. */
export class Environment extends pulumi.ComponentResource {
  /** Where visitors go. */
  readonly url: pulumi.Output<string>;
  /** Host name → address that it has to lead to. Absent without https, and where no host is named. */
  readonly dns?: pulumi.Output<Readonly<Record<string, string>>>;
  /** Machine name → how to reach it. */
  readonly machines: Readonly<Record<string, pulumi.Output<MachineSummary>>>;
  /** Everything that a restore needs, a secret. Absent without backups. */
  readonly backupKey?: pulumi.Output<RepositoryKey>;
  /** How to log in to the releases on the backup storage, a secret. Absent where they are kept elsewhere. */
  readonly releaseStore?: pulumi.Output<StorageAccess>;

  constructor(name: string, args: EnvironmentArgs, opts?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Environment", name, {}, opts);
    const inside = { parent: this };
    const { blueprint, releaseSha256, failover, backupKeys: bucketKeys, backupProvider, resolveHost, steps } = args;
    const rotations = new Rotations(steps ?? {}, inside);
    const inBackupProject = { ...inside, ...(backupProvider && { provider: backupProvider }) };
    const { backup, releasesInBackupStorage } = blueprint.settings;

    const shared: SharedResources = {
      blueprint,
      releaseSha256,
      networkId: new Network("network", { blueprint }, inside).networkId,
      firewallIds: new Firewalls("firewall", { blueprint }, inside).ids,
      placementGroupIds: new PlacementGroups("spread", { blueprint }, inside).ids,
      sshKeyIds: new AdminKeys("admin", { blueprint }, inside).ids,
    };
    const loadBalancers = new LoadBalancerPair("load-balancers", { ...shared, failover }, inside);
    const apps = new AppMachines("apps", shared, inside);
    const { jumpHosts } = loadBalancers;
    const lease = apps.lease(jumpHosts);
    const storage =
      backup && new BackupStorage("backup", { blueprint, backup, rotations, resolveHost }, inBackupProject);
    if (storage && releasesInBackupStorage) {
      const { boxId } = storage;
      this.releaseStore = new ReleaseStorage(
        "releases",
        { blueprint, boxId, rotations, resolveHost },
        inBackupProject,
      ).access;
    }
    const repository =
      storage &&
      new BackupRepository("repository", { blueprint, storage: storage.connection, rotations, bucketKeys }, inside);
    const database =
      blueprint.database &&
      new DatabaseHost(
        "database",
        { ...shared, ...blueprint.database, jumpHosts, lease, apps: apps.machines, repository, rotations },
        inside,
      );
    const { https } = blueprint.settings;
    const certificates =
      https && new CertificateKeys("https", { blueprint, https, secrets: args.httpsSecrets }, inside);
    const configurations = apps.configure({
      via: jumpHosts,
      lease,
      after: database?.ready ?? [],
      deferredFiles: ({ plan, publicAddress }) => ({
        ...database?.instanceFiles,
        // Without a load balancer of its own, the app machine has the role too.
        ...(plan.roles.includes("loadBalancer") && certificates?.files(plan, publicAddress)),
      }),
    });
    const balancers = loadBalancers.configure(configurations, lease, certificates);

    const address = loadBalancers.floatingIp?.address ?? apps.machines[0]?.server.ipv4Address ?? "";
    if (https && https.hosts.length > 0) {
      this.dns = pulumi.output(address).apply((known) => Object.fromEntries(https.hosts.map((host) => [host, known])));
    }
    if (https?.dns) {
      const { dnsProvider } = args;
      const { zone } = https.dns;
      const inDnsProject = { ...inside, ...(dnsProvider && { provider: dnsProvider }) };
      new DnsRecords("dns", { blueprint, zone, hosts: https.hosts, address }, inDnsProject);
    }
    this.url = pulumi.output(address).apply((known) => urlOf(blueprint.settings, known));
    const monitor = this.monitor(
      args,
      shared,
      { jumpHosts, lease },
      [...loadBalancers.machines, ...apps.machines],
      inside,
    );
    monitor?.configure([...configurations, ...balancers]);
    this.machines = summarise([
      ...loadBalancers.machines,
      ...(database?.machines ?? []),
      ...(monitor?.machines ?? []),
      ...apps.machines,
    ]);
    this.backupKey = repository?.key;
    this.registerOutputs({ url: this.url, machines: this.machines });
  }

  /** Who watches the stack, where somebody does. */
  private monitor(
    { blueprint: { monitor: plan, settings }, monitorSecrets: secrets }: EnvironmentArgs,
    shared: SharedResources,
    way: Pick<StackMonitorArgs, "jumpHosts" | "lease">,
    machines: readonly Machine[],
    inside: pulumi.ComponentResourceOptions,
  ): StackMonitor | undefined {
    if (!plan || !settings.monitor) return undefined;
    const args = { ...shared, ...way, plan, settings: settings.monitor, secrets, machines, url: this.url };
    return new StackMonitor("monitor", args, inside);
  }
}

/** Where visitors go: to the first host that is no pointer to another one, else to the address. */
function urlOf({ https }: Settings, address: string): string {
  const [host] = https?.hosts.filter((name) => !(name in https.redirects)) ?? [];
  return https ? `https://${host ?? address}` : `http://${address}`;
}

function summarise(machines: readonly Machine[]): Record<string, pulumi.Output<MachineSummary>> {
  return Object.fromEntries(
    machines.map(({ plan, server }) => [
      plan.name,
      pulumi.all([server.ipv4Address, server.ipv6Address]).apply(([publicIpv4, publicIpv6]) => ({
        roles: plan.roles,
        privateAddress: plan.privateAddress,
        publicIpv4,
        publicIpv6,
      })),
    ]),
  );
}
