/** Ports that the stack itself uses on its machines. */
export const ports = {
  ssh: 22,
  http: 80,
  https: 443,
  /** HAProxy's own pages: readiness, statistics, metrics. Private side only. */
  status: 8404,
  /** The keeper's metrics, and its state for its peer. Private side only. */
  floatingIpKeeper: 8405,
  /** The certificate keeper's metrics, and its state for its peer. Private side only. */
  certificateKeeper: 8406,
  /** Stick tables between load balancers, and from an old HAProxy process to its successor. */
  peers: 10_000,
  /** PostgreSQL, on the private side. */
  database: 5432,
  /** The pool in front of PostgreSQL, where there is one. Private side only. */
  pool: 6432,
  /** First port of the drain agents, one for each instance. */
  agent: 9_000,
} as const;
