/** Lines of a unit's [Service] that let it listen on an address which the machine does not have yet. @param who in words */
export function listensEarly(who: string): string[] {
  return [
    `# The private address may come after boot; ${who} listens on it all the same.`,
    "ExecStartPre=+-/usr/sbin/sysctl -q -w net.ipv4.ip_nonlocal_bind=1",
  ];
}
