const settings = "/etc/holdfast/pool";

/** Where things of the connection pool are on the database's machine. */
export const poolPaths = {
  configuration: `${settings}/pgbouncer.ini`,
  /** Who may log in, with passwords. */
  users: `${settings}/users.txt`,
  certificate: `${settings}/server.crt`,
  key: `${settings}/server.key`,
  /** The authority that the certificate is from. */
  authority: `${settings}/authority.crt`,
  /** The instances' login as a connection service of libpq's, for the look whether the pool works. */
  login: `${settings}/pg_service.conf`,
  user: "/etc/sysusers.d/holdfast-pool.conf",
  dropIn: "/etc/systemd/system/pgbouncer.service.d/60-holdfast.conf",
} as const;

/** Name of the connection service in `login`. */
export const poolLogin = "pool";

/** Debian's own unit. */
export const poolUnit = "pgbouncer.service";
