import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { run, tryRun } from "../machines/command";
import { METADATA_ADDRESS, type AddressPlan } from "./addresses";
import { edgeNamespace, hostInterface, visitorNamespace } from "./names";
import { ensureNamespace, ipBatch, linksOf, loadRules, runIn } from "./namespaces";
import { unpinRoutes, pinRoutes } from "./pinnedRoutes";

/** Behind everything that a router knows: what it does not know is unreachable, and never this computer's business. */
const LAST_METRIC = 4_294_967_295;

/** Answers to refused packets must not be rationed, or a refused connection looks like a lost packet. */
const ROUTER_SETTINGS = [
  "net.ipv4.ip_forward=1",
  "net.ipv6.conf.all.forwarding=1",
  "net.ipv4.conf.all.send_redirects=0",
  "net.ipv4.conf.default.send_redirects=0",
  "net.ipv4.conf.all.rp_filter=0",
  "net.ipv4.conf.default.rp_filter=0",
  "net.ipv4.icmp_ratelimit=0",
  "net.ipv6.icmp.ratelimit=0",
  // Routers' interfaces get no addresses of the kernel's own choice, only those that are set, such as fe80::1.
  "net.ipv6.conf.default.addr_gen_mode=1",
];

/** Makes a namespace a router that has no routes but those that are set. */
export async function ensureRouter(namespace: string): Promise<void> {
  await ensureNamespace(namespace);
  await runIn(namespace, ["sysctl", "-q", "-w", ...ROUTER_SETTINGS]);
  await ipBatch(namespace, [
    `route replace unreachable default metric ${LAST_METRIC}`,
    `route replace unreachable ::/0 metric ${LAST_METRIC}`,
    `address replace ${METADATA_ADDRESS}/32 dev lo`,
  ]);
  await loadRules(namespace, ROUTER_RULES);
}

/**
 * What holds for each router, whatever firewalls say: a source address has to be one that is routed to where the packet
 * came from (a floating IP only to its holder), and the router itself offers the metadata service to machines and
 * nothing else. Where machines wanted to go in vain is counted in `refused`.
 */
const ROUTER_RULES = `
table inet router {
  set refused {
    type ipv4_addr . ipv4_addr . inet_proto . inet_service
    flags dynamic,timeout
    timeout 1h
    size 1024
    counter
  }
  set refused6 {
    type ipv6_addr . ipv6_addr . inet_proto . inet_service
    flags dynamic,timeout
    timeout 1h
    size 1024
    counter
  }
  counter spoofed {
  }
}
flush table inet router
table inet router {
  chain arrive {
    type filter hook prerouting priority raw; policy accept;
    iifname != "m*" accept
    fib saddr . iif oif missing counter name spoofed drop
    meta l4proto { tcp, udp } fib daddr type != local fib daddr oif missing jump leave
  }
  chain leave {
    meta nfproto ipv4 update @refused { ip saddr . ip daddr . meta l4proto . th dport }
    meta nfproto ipv6 update @refused6 { ip6 saddr . ip6 daddr . meta l4proto . th dport }
  }
  chain serve {
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
    ct state established,related accept
    meta l4proto { icmp, ipv6-icmp } accept
    iifname "m*" ip daddr ${METADATA_ADDRESS} tcp dport 80 accept
    reject with icmpx admin-prohibited
  }
}
`;

/**
 * Makes the router between machines and the outside, the visitors' namespace behind it, and this computer's way to
 * both.
 */
export async function ensureEdge(cloud: string, plan: AddressPlan): Promise<void> {
  const edge = edgeNamespace(cloud);
  const internet = visitorNamespace(cloud);
  await ensureRouter(edge);
  await ensureNamespace(internet);
  visitorsAsk(internet, plan);
  if (!(await linksOf(edge)).some((link) => link.name === "internet")) {
    await run("ip", ["link", "add", "internet", "netns", edge, "type", "veth", "peer", "eth0", "netns", internet]);
  }
  await ipBatch(edge, [
    "link set internet up",
    `address replace ${plan.edge.ipv4}/32 dev internet`,
    `address replace ${plan.edge.ipv6}/128 dev internet nodad`,
    "address replace fe80::1/64 dev internet nodad",
    `route replace ${plan.visitors.ipv4} dev internet`,
    `route replace ${plan.visitors.ipv6} dev internet`,
  ]);
  const own4 = [...plan.visitorIpv4, plan.packages.ipv4];
  const own6 = [...plan.visitorIpv6, plan.packages.ipv6];
  await ipBatch(internet, [
    "link set eth0 up",
    ...own4.map((address) => `address replace ${address}/32 dev eth0`),
    ...own6.map((address) => `address replace ${address}/128 dev eth0 nodad`),
    `route replace default via ${plan.edge.ipv4} dev eth0 onlink src ${own4[0] ?? ""}`,
    `route replace ::/0 via fe80::1 dev eth0 src ${own6[0] ?? ""}`,
  ]);
  await ensureHostLink(edge, plan);
}

/** Visitors ask the cloud's name service, by TCP as machines do (ip-netns(8): files in this folder lie over /etc). */
function visitorsAsk(internet: string, { packages }: AddressPlan): void {
  const folder = `/etc/netns/${internet}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/resolv.conf`, `nameserver ${packages.ipv4}\noptions use-vc timeout:2 attempts:2\n`);
}

/**
 * This computer's veth pair to the edge. Each route has an unreachable one behind it, so packets for machines never take
 * this computer's default route, not even while the local cloud starts or stops.
 */
async function ensureHostLink(edge: string, plan: AddressPlan): Promise<void> {
  const device = hostInterface(plan.slot);
  const hasIpv6 = hostHasIpv6();
  await pinRoutes(plan.publicIpv4);
  for (const [option, destination] of hostRoutes(plan, hasIpv6)) {
    await run("ip", [option, "route", "replace", "unreachable", destination, "metric", `${LAST_METRIC}`]);
  }
  if (!existsSync(`/sys/class/net/${device}`)) {
    await run("ip", ["link", "add", device, "type", "veth", "peer", "host", "netns", edge]);
  }
  await ipBatch(edge, [
    "link set host up",
    `address replace ${plan.edge.ipv4}/32 dev host`,
    "address replace fe80::1/64 dev host nodad",
    `route replace ${plan.host.ipv4}/32 dev host`,
    `route replace ${plan.host.ipv6}/128 dev host`,
  ]);
  await run("ip", ["link", "set", device, "up"]);
  await run("ip", ["address", "replace", `${plan.host.ipv4}/32`, "dev", device]);
  if (hasIpv6) await run("ip", ["address", "replace", `${plan.host.ipv6}/128`, "dev", device, "nodad"]);
  for (const [option, destination] of hostRoutes(plan, hasIpv6)) {
    const route =
      option === "-4"
        ? ["via", plan.edge.ipv4, "dev", device, "onlink", "src", plan.host.ipv4]
        : ["via", "fe80::1", "dev", device, "src", plan.host.ipv6];
    await run("ip", [option, "route", "replace", destination, ...route]);
  }
}

/** Removes this computer's veth pair and routes, the unreachable routes last. */
export async function removeHostLink(plan: AddressPlan): Promise<void> {
  const device = hostInterface(plan.slot);
  if (existsSync(`/sys/class/net/${device}`)) await run("ip", ["link", "delete", device]);
  for (const [option, destination] of hostRoutes(plan, hostHasIpv6())) {
    await tryRun("ip", [option, "route", "delete", "unreachable", destination, "metric", `${LAST_METRIC}`]);
  }
  await unpinRoutes(plan.publicIpv4);
}

function hostRoutes(plan: AddressPlan, hasIpv6: boolean): [option: "-4" | "-6", destination: string][] {
  return [
    ["-4", plan.publicIpv4],
    ["-4", plan.visitors.ipv4],
    ...(hasIpv6 ? ([["-6", plan.publicIpv6]] as [option: "-6", destination: string][]) : []),
  ];
}

function hostHasIpv6(): boolean {
  const file = "/proc/sys/net/ipv6/conf/all/disable_ipv6";
  return existsSync(file) && readFileSync(file, "utf8").trim() === "0";
}
