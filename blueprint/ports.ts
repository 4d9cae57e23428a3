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
  /** Figures of a machine, for the monitor. Private side only. */
  machineFigures: 9100,
  /** Figures of PostgreSQL, for the monitor. Private side only. */
  databaseFigures: 9187,
  /** The monitor's own programs, on its loopback: its store of figures, its sender of messages, its visitor. */
  prometheus: 9090,
  alertmanager: 9093,
  blackbox: 9115,
  /** First port of the drain agents, one for each instance. */
  agent: 9_000,
} as const;
