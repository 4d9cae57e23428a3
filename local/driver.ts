/**
 * The seam between the local cloud's API and what makes its machines real. Every call is idempotent: ensuring what is
 * there and removing what is gone succeed. The API never waits for a boot: `start` returns once the machine's init runs.
 */
export interface Driver {
  readonly name: "nspawn" | "none";

  /** Makes the private network's router, or brings it to this shape. */
  ensureNetwork(network: NetworkSpec): Promise<void>;
  removeNetwork(id: number): Promise<void>;

  /** Brings disk, interfaces, addresses and firewall to this; changes those of a running machine in place. */
  ensureMachine(machine: MachineSpec): Promise<void>;
  /** Boots the machine; returns when its init runs, not when it is ready. */
  start(id: number): Promise<void>;
  /** `shutdown` asks the machine to end (the driver waits up to 30 s, then leaves it running and returns false); `power` ends it at once. */
  stop(id: number, how: "shutdown" | "power"): Promise<boolean>;
  /** Powers off at once and removes disk, interfaces and namespaces. */
  removeMachine(id: number): Promise<void>;
  inspect(id: number): Promise<MachineState>;

  /** Makes the volume (or grows it to this size). */
  ensureVolume(volume: VolumeSpec): Promise<void>;
  attachVolume(volumeId: number, machineId: number): Promise<void>;
  detachVolume(volumeId: number): Promise<void>;
  removeVolume(id: number): Promise<void>;

  /** Routes a floating IP to one machine, or to none. The machine itself has to have the address on an interface. */
  routeFloatingIp(address: string, machineId: number | null): Promise<void>;

  /** Makes the box's server, brings it to this shape and runs it; returns when it can be logged in to. */
  ensureStorageBox(box: StorageBoxSpec): Promise<void>;
  removeStorageBox(id: number): Promise<void>;
  /** `make` keeps the box's files as they are now under a name; `restore` puts those kept ones in the place of today's. */
  changeBoxSnapshot(id: number, what: "make" | "remove" | "restore", name: string): Promise<void>;
  measureStorageBox(id: number): Promise<StorageUsage>;

  /** Takes down everything this driver made, also what a crash left behind. */
  removeEverything(): Promise<void>;
}

/** A private network as Hetzner routes it: a /32 per machine, everything through the gateway. */
export interface NetworkSpec {
  readonly id: number;
  /** e.g. `10.0.0.0/16` */
  readonly range: string;
  /** The network's first address: every machine's next hop. */
  readonly gateway: string;
  readonly routes: readonly { readonly destination: string; readonly gateway: string }[];
}

/** One direction, protocol and range that a cloud firewall lets pass; addresses are CIDRs. */
export interface FirewallRule {
  readonly direction: "in" | "out";
  readonly protocol: "tcp" | "udp" | "icmp" | "esp" | "gre";
  /** e.g. `80`, `1000-2000`; absent for protocols without ports. */
  readonly port?: string;
  readonly sourceIps: readonly string[];
  readonly destinationIps: readonly string[];
}

/** A server as the API decided it should be. */
export interface MachineSpec {
  /** The server's id in the API. */
  readonly id: number;
  readonly name: string;
  /** e.g. `debian-13` */
  readonly image: string;
  readonly cores: number;
  /** GiB */
  readonly memory: number;
  readonly userData: string;
  /** Public keys in OpenSSH's form, for root. */
  readonly sshKeys: readonly string[];
  readonly location: string;
  readonly publicIpv4?: { readonly address: string };
  /** `network` is a /64, `address` the one that the machine gets (…::1). */
  readonly publicIpv6?: { readonly network: string; readonly address: string };
  readonly privateNetworks: readonly {
    readonly networkId: number;
    readonly address: string;
    readonly aliasIps: readonly string[];
    readonly mac: string;
  }[];
  /** Names that other machines find it by. @default none: servers are found by their addresses */
  readonly hostNames?: readonly string[];
  /** Union of the rules of all firewalls applied, public side only; `null`: no firewall, everything passes. */
  readonly firewall: readonly FirewallRule[] | null;
}

/** A block device; `size` in GB as Hetzner counts them. */
export interface VolumeSpec {
  readonly id: number;
  readonly size: number;
  /** File system that the volume gets when it is made. */
  readonly format?: "ext4" | "xfs";
}

/** A Storage Box as the API decided it should be: SFTP on port 23, a quota, and accounts. */
export interface StorageBoxSpec {
  /** Unique among servers and volumes too: a box has one of each. */
  readonly id: number;
  /** The first account's name, e.g. `u100012`. */
  readonly name: string;
  /** Names under which machines find it. */
  readonly hostNames: readonly string[];
  /** GiB */
  readonly size: number;
  readonly location: string;
  readonly publicIpv4: { readonly address: string };
  readonly publicIpv6: { readonly network: string; readonly address: string };
  /** Whether visitors reach it, and not just machines of the cloud. */
  readonly reachableExternally: boolean;
  /** Seconds after which a session without traffic is cut. */
  readonly idleTimeout: number;
  readonly accounts: readonly StorageAccount[];
}

/** Who may log in to a Storage Box, and to which part of it. */
export interface StorageAccount {
  readonly name: string;
  /** As /etc/shadow has it. */
  readonly passwordHash: string;
  /** Folder within the box that the account sees as its home; empty: all of it. */
  readonly home: string;
  readonly readOnly: boolean;
  /** Whether it is let in over SSH. */
  readonly enabled: boolean;
  /** Put into its home when there are none yet. */
  readonly sshKeys: readonly string[];
}

/** Bytes that a Storage Box holds. */
export interface StorageUsage {
  readonly data: number;
  /** Of all snapshots together, beyond what they share with the data. */
  readonly snapshots: number;
}

/** What the computer says of a machine now. */
export interface MachineState {
  readonly exists: boolean;
  readonly running: boolean;
  /** Host pid of the machine's init, while it runs. */
  readonly initPid?: number;
}

/** All values of one name and type in a DNS zone. */
export interface RecordSet {
  /** Within the zone; `@` is the zone itself. */
  readonly name: string;
  readonly type: string;
  /** Seconds. */
  readonly ttl: number;
  /** As zone files have them. */
  readonly values: readonly string[];
}

/** A DNS zone as name servers answer it. */
export interface ZoneSpec {
  readonly name: string;
  readonly sets: readonly RecordSet[];
}
