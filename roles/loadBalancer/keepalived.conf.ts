import { heading, lines } from "../text";

/** One load balancer of a pair, as its keepalived sees it. */
export interface VrrpMember {
  /** Place in the pair, from 1: the first one wins when both start at once. It has no other advantage. */
  readonly number: number;
  readonly privateAddress: string;
  /** Private addresses of the others. */
  readonly peers: readonly string[];
  /** Seconds between two advertisements. @default 0.1: a peer that fell silent is given up after about 0.3 s */
  readonly advertInterval?: number;
}

/**
 * The folder through which keepalived and the floating IP keeper talk. It has the keeper's first name, and keeps it:
 * keepalived holds these files open, and a master that loses sight of them would give up the address.
 */
const vrrpFolder = "/run/holdfast-claimer";

/** Where the parts of the pair meet on the machine. */
export const vrrpPaths = {
  configuration: "/etc/keepalived/keepalived.conf",
  folder: vrrpFolder,
  /** keepalived writes, the keeper reads. Made before both: one that keepalived made would vanish with it. */
  fifo: `${vrrpFolder}/vrrp`,
  /** The keeper writes, keepalived reads: 0 while this machine may be master, 1 while it may not. */
  trackFile: `${vrrpFolder}/unfit`,
  /** While it exists, the machine takes no part in the election. */
  maintenance: "/etc/holdfast/no-failover",
  /** While `holdfast-failover` holds the lock on it, the same. */
  handOver: `${vrrpFolder}/handing-over`,
} as const;

/**
 * The address that keepalived puts on `lo` while it is master, and only then. It is a sign, not a service: link-local,
 * without an answer, the same on both machines.
 */
export const vrrpMarker = "169.254.255.53";

/** Any number serves, for a private network has one pair; but both have to have the same. */
const virtualRouterId = 53;

/**
 * Near the top, because VRRP's skew, (256 - priority) / 256 of an interval, is time lost; and apart, so that of two
 * machines that give up waiting at once one is heard by the other before its own time comes.
 */
const priority = (number: number) => 300 - 50 * number;

/** How long a machine hears nothing before it takes over (RFC 9568 §6.1). Times in seconds. */
export interface VrrpTimings {
  readonly advertInterval: number;
  /** Advertisements in a row that have to be missing. */
  readonly missedAdverts: number;
  /** How much longer than that the machine waits: the less, the higher its priority is. */
  readonly skew: number;
}

/** The times of one member of the pair. */
export function vrrpTimings({
  number,
  advertInterval = 0.1,
}: Pick<VrrpMember, "number" | "advertInterval">): VrrpTimings {
  return { advertInterval, missedAdverts: 3, skew: (advertInterval * (256 - priority(number))) / 256 };
}

/** keepalived.conf for Debian 13's keepalived 2.3: VRRPv3 by unicast, which is all that Hetzner's private network carries. */
export function keepalivedConf(member: VrrpMember): string {
  const { number, privateAddress, peers } = member;
  return lines(
    heading(),
    "global_defs {",
    "    vrrp_version 3",
    // No vrrp_rt_priority: see realtime in pair.ts.
    "    # A late advertisement is a failover for nothing: never from swap.",
    "    vrrp_no_swap",
    "    # The private network and the first probes have to be there before anybody counts missing advertisements.",
    "    vrrp_startup_delay 2",
    "    enable_script_security",
    "    script_user nobody",
    `    vrrp_notify_fifo ${vrrpPaths.fifo}`,
    "}",
    "",
    "# Not master before the floating IP keeper has judged this machine fit.",
    "track_file unfit {",
    `    file "${vrrpPaths.trackFile}"`,
    "    weight 0",
    "    init_file 1",
    "}",
    "",
    "vrrp_instance pair {",
    "    # Both begin as backup and neither takes the address back: each move costs open connections.",
    "    state BACKUP",
    "    nopreempt",
    "    # Of two masters after a cut, the one that steps down is heard by the other once more: that one then looks where",
    "    # the address is.",
    "    higher_prio_send_advert true",
    `    virtual_router_id ${virtualRouterId}`,
    `    priority ${priority(number)}`,
    `    advert_int ${vrrpTimings(member).advertInterval}`,
    "    # No interface: its name differs from one server type to the next, the address does not.",
    `    unicast_src_ip ${privateAddress}`,
    "    unicast_peer {",
    peers.map((peer) => `        ${peer}`),
    "    }",
    "    unicast_fault_no_peer",
    "    check_unicast_src",
    "    track_src_ip",
    "    track_file {",
    "        unfit",
    "    }",
    "    virtual_ipaddress {",
    `        ${vrrpMarker}/32 dev lo scope host`,
    "    }",
    "}",
  );
}
