import { heading, lines } from "../text";

/** Kernel settings. The leading `-` lets a container, where some belong to the host, go on without them. */
export function sysctl(): string {
  return lines(
    heading(),
    "# Floods: answer SYNs without state when the queue is full, and let the queue be long before that.",
    "-net.ipv4.tcp_syncookies = 1",
    "-net.ipv4.tcp_max_syn_backlog = 8192",
    "-net.core.somaxconn = 4096",
    "# Nobody tells a machine other routes.",
    "-net.ipv4.conf.all.accept_redirects = 0",
    "-net.ipv4.conf.all.send_redirects = 0",
    "-net.ipv6.conf.all.accept_redirects = 0",
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
