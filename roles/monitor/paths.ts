const units = "/etc/systemd/system";

/** Debian's user of everything that watches. */
export const monitorUser = "prometheus";

/** Debian's units, which get a drop-in each. */
export const monitorUnits = {
  prometheus: "prometheus.service",
  alertmanager: "prometheus-alertmanager.service",
  blackbox: "prometheus-blackbox-exporter.service",
  machine: "prometheus-node-exporter.service",
  database: "prometheus-postgres-exporter.service",
} as const;

/** What makes a machine's own figures, and how often. */
export const factsUnits = { service: "holdfast-facts.service", timer: "holdfast-facts.timer" } as const;

/** Where things of the monitor are, on its machine and on those that it watches. */
export const monitorPaths = {
  prometheus: "/etc/holdfast/monitor/prometheus.yml",
  rules: "/etc/holdfast/monitor/rules.yml",
  alertmanager: "/etc/holdfast/monitor/alertmanager.yml",
  blackbox: "/etc/holdfast/monitor/blackbox.yml",
  /** The address that visitors know: known once it is made. */
  site: "/etc/holdfast/monitor/site.json",
  /** Certificates that prove the mail server, where it has an authority of its own. */
  mailAuthority: "/etc/holdfast/monitor/mail-ca.pem",
  /** A file for each address and password, root's alone. */
  secrets: "/etc/holdfast/monitor/secrets",
  figures: "/var/lib/prometheus",
  factsProgram: "/usr/local/lib/holdfast/facts",
  factsSettings: "/etc/holdfast/facts.json",
  /** Made by systemd, root's. */
  facts: "/run/holdfast-facts",
} as const;

/** Path of one of our own unit files. */
export function unitPath(unit: string): string {
  return `${units}/${unit}`;
}

/** Our drop-in for one of Debian's units. */
export function dropInPath(unit: string): string {
  return `${units}/${unit}.d/60-holdfast.conf`;
}
