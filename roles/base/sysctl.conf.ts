import { heading, lines } from "../text";

/** Kernel settings. The leading `-` lets a container, where some belong to the host, go on without them. */
export function sysctl(): string {
  return lines(
    heading(),
    "# Floods: answer SYNs without state when the queue is full, and let the queue be long before that.",
    "-net.ipv4.tcp_syncookies = 1",
    "-net.ipv4.tcp_max_syn_backlog = 8192",
    "-net.core.somaxconn = 4096",
    "# Nobody tells a machine other routes, on whichever interface: the kernel takes what `all` or the interface allows.",
    ["accept_redirects", "secure_redirects", "send_redirects", "accept_source_route"].map(onEachInterface("ipv4", 0)),
    ["accept_redirects", "accept_source_route"].map(onEachInterface("ipv6", 0)),
    "# A packet whose sender is reached over no interface at all is forged. Replies may leave by another one.",
    onEachInterface("ipv4", 2)("rp_filter"),
    "# Nobody lays a trap in a folder that all may write in: not every Debian image brings these settings.",
    "-fs.protected_symlinks = 1",
    "-fs.protected_hardlinks = 1",
    "-fs.protected_fifos = 2",
    "-fs.protected_regular = 2",
    "# A peer that vanished is noticed after about a minute, not after two hours.",
    "-net.ipv4.tcp_keepalive_time = 30",
    "-net.ipv4.tcp_keepalive_intvl = 10",
    "-net.ipv4.tcp_keepalive_probes = 3",
    "# Machines with little memory end a process that leaks rather than swap for minutes.",
    "-vm.swappiness = 10",
    "-kernel.dmesg_restrict = 1",
    "-kernel.kptr_restrict = 2",
  );
}

/** The interfaces that are there, those that come (`default`), and `all`. */
function onEachInterface(family: "ipv4" | "ipv6", value: number): (name: string) => string {
  return (name) => `-net.${family}.conf.*.${name} = ${value}`;
}
