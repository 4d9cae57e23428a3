import { createServer, type RequestListener } from "node:http";
import type { Server } from "node:net";
import { join } from "node:path";
import type { MachineSpec, NetworkSpec, ZoneSpec } from "../driver";
import { cacheDir } from "../../toolchain/cacheDir";
import type { BaseImage } from "../machines/baseImage";
import { tryRun } from "../machines/command";
import { relaySocket } from "../machines/layout";
import { packageHosts } from "../machines/packageHosts";
import type { Records } from "../machines/records";
import { API_PORT, METADATA_ADDRESS, type AddressPlan } from "./addresses";
import { ensureVethPairs, removeVethPairs, routeFloating } from "./vethPairs";
import { Relays } from "./relays";
import { listenForRelays } from "./relayServer";
import { ensureEdge } from "./edge";
import { renderFirewalls } from "./firewall";
import { metadataService, type MetadataAnswer } from "./metadataService";
import { localPaths } from "../paths";
import { CertificateAuthority } from "./certificateAuthority";
import { givenNames, nameService, type NamedAddresses } from "./nameService";
import { routerInterface, edgeNamespace, machineNamespace, privateNamespace, visitorNamespace } from "./names";
import { linksOf, loadRules, removeNamespace } from "./namespaces";
import { packageProxy } from "./packageProxy";
import { ensurePrivateNetwork } from "./privateNetwork";

/** What the network of one local cloud needs. */
export interface CloudNetworkOptions {
  readonly cloud: string;
  readonly plan: AddressPlan;
  readonly records: Records;
  readonly image: BaseImage;
  readonly metadata: MetadataAnswer;
  readonly zones?: () => readonly ZoneSpec[];
  /** Answers what machines ask the API. */
  readonly api?: RequestListener;
  readonly log: (line: string) => void;
}

/** Everything between the machines of one local cloud; changes happen one after the other. */
export class CloudNetwork {
  private readonly queue = new Queue();
  private loadedFirewalls = "";

  private constructor(
    private readonly options: CloudNetworkOptions,
    private readonly relayServer: Server,
    private readonly relays: Relays,
    private readonly authority: CertificateAuthority,
  ) {}

  /** Makes the edge and starts its relays, or takes over those that an earlier process left running. */
  static async open(options: CloudNetworkOptions): Promise<CloudNetwork> {
    const { cloud, plan, records } = options;
    await ensureEdge(cloud, plan);
    const known = () => ({ machines: records.machines(), floatingIps: records.floatingIps() });
    const relayServer = await listenForRelays(relaySocket(cloud), {
      metadata: metadataService(known, options.metadata),
      names: nameService(
        () => new Map([...givenNames(localPaths(cloud).hostNames), ...namesOf(records.machines())]),
        options.zones,
      ),
      api: createServer(options.api ?? ((_, response) => response.writeHead(503).end())),
      packages: packageProxy({
        cache: join(cacheDir(), "packages"),
        hosts: [...new Set([...packageHosts("/"), ...packageHosts(options.image.root)])],
        ...(await upstreamProxy()),
        log: options.log,
      }),
    });
    const relays = new Relays(relaySocket(cloud), options.log);
    relays.keep({ name: "metadata", namespace: edgeNamespace(cloud), port: 80, addresses: [METADATA_ADDRESS] });
    relays.keep({
      name: "packages",
      namespace: visitorNamespace(cloud),
      port: 80,
      addresses: [plan.packages.ipv4, plan.packages.ipv6],
    });
    const { ipv4, ipv6 } = plan.packages;
    relays.keep({ name: "api", namespace: visitorNamespace(cloud), port: API_PORT, addresses: [ipv4] });
    relays.keep({ name: "names", namespace: visitorNamespace(cloud), port: 53, addresses: [ipv4, ipv6] });
    const authority = new CertificateAuthority(cloud, plan, options.log);
    const network = new CloudNetwork(options, relayServer, relays, authority);
    await network.loadFirewalls();
    return network;
  }

  ensureNetwork(network: NetworkSpec): Promise<void> {
    const { cloud, records } = this.options;
    return this.queue.run(async () => {
      records.saveNetwork(network);
      await ensurePrivateNetwork(cloud, network, records.machines());
      const namespace = privateNamespace(cloud, network.id);
      const relay = { name: `metadata:${network.id}`, namespace, port: 80, addresses: [METADATA_ADDRESS] };
      this.relays.keep(relay);
    });
  }

  removeNetwork(id: number): Promise<void> {
    const { cloud, records } = this.options;
    return this.queue.run(async () => {
      await this.relays.remove(privateNamespace(cloud, id));
      await removeNamespace(privateNamespace(cloud, id));
      records.removeNetwork(id);
    });
  }

  /**
   * Interfaces, addresses, routes and firewall of a machine. A running machine gets new interfaces at once.
   *
   * @returns what the machine finds when it boots, in the language of `ip -batch`
   */
  ensureMachine(machine: MachineSpec): Promise<string[]> {
    const { cloud, records } = this.options;
    return this.queue.run(async () => {
      const networks = machine.privateNetworks.flatMap(({ networkId }) => records.network(networkId) ?? []);
      const atBoot = await ensureVethPairs(cloud, machine, networks);
      for (const [address, holder] of Object.entries(records.floatingIps())) {
        if (holder === machine.id) await this.route(address, holder);
      }
      await this.loadFirewalls();
      return atBoot;
    });
  }

  removeMachine(id: number): Promise<void> {
    const { cloud, records } = this.options;
    return this.queue.run(async () => {
      for (const [address, holder] of Object.entries(records.floatingIps())) {
        if (holder === id) records.saveFloatingIp(address, null);
      }
      await removeVethPairs(
        cloud,
        id,
        records.networks().map((network) => network.id),
      );
      await removeNamespace(machineNamespace(cloud, id));
    });
  }

  routeFloatingIp(address: string, machineId: number | null): Promise<void> {
    return this.queue.run(async () => {
      this.options.records.saveFloatingIp(address, machineId);
      await this.route(address, machineId);
    });
  }

  /** Brings the edge's firewalls to what the records say. */
  firewallsChanged(): Promise<void> {
    return this.queue.run(() => this.loadFirewalls());
  }

  /** Stops serving; routers, relays and machines keep running. */
  async close(): Promise<void> {
    this.relays.close();
    this.authority.close();
    await new Promise((resolve) => this.relayServer.close(resolve));
  }

  private async route(address: string, machineId: number | null): Promise<void> {
    const { cloud } = this.options;
    const links = machineId === null ? [] : await linksOf(edgeNamespace(cloud));
    // A machine without a public side has no interface here; the route is set when it gets one.
    const reachable = links.some((link) => link.name === routerInterface(machineId ?? 0));
    await routeFloating(cloud, address, reachable ? machineId : null);
  }

  private async loadFirewalls(): Promise<void> {
    const rules = renderFirewalls(this.options.records.machines());
    if (rules === this.loadedFirewalls) return;
    await loadRules(edgeNamespace(this.options.cloud), rules);
    this.loadedFirewalls = rules;
  }
}

/** Names of machines that are found by name. */
function namesOf(machines: readonly MachineSpec[]): Map<string, NamedAddresses> {
  return new Map(
    machines.flatMap(({ hostNames = [], publicIpv4, publicIpv6 }) =>
      publicIpv4 && publicIpv6
        ? hostNames.map((name) => [name, { ipv4: publicIpv4.address, ipv6: publicIpv6.address }] as const)
        : [],
    ),
  );
}

/** The proxy that this computer's own apt uses, if it uses one. */
async function upstreamProxy(): Promise<{ upstream?: string }> {
  const said = await tryRun("apt-config", ["shell", "PROXY", "Acquire::http::Proxy"]);
  const upstream = /^PROXY='(http:[^']+)'/m.exec(said.stdout)?.[1] ?? process.env.http_proxy;
  return upstream === undefined || upstream === "" ? {} : { upstream };
}

/** Runs one task at a time, in the order in which they came; a task that fails does not keep the next from running. */
class Queue {
  private last: Promise<unknown> = Promise.resolve();

  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.last.then(task);
    this.last = result.catch(() => undefined);
    return result;
  }
}
