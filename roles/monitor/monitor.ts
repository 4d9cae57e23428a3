import { rulesFor } from "../../alerts";
import type { Part } from "../../alerts/rule";
import { ruleFile } from "../../alerts/ruleFile";
import { type Blueprint, machinesWith } from "../../blueprint/blueprint";
import { ports } from "../../blueprint/ports";
import { type Monitor, monitorSecrets } from "../../blueprint/resolve/monitor";
import type { RoleConfiguration } from "../types";
import { alertmanagerYml } from "./alertmanager.yml";
import { watcherDropIn } from "./exporter";
import { dropInPath, monitorPaths as paths, monitorUnits as units } from "./paths";
import { blackboxYml, prometheusYml } from "./prometheus.yml";

/**
 * Who watches the stack: the store of figures with its rules, the sender of messages, and a visitor. It is a configuration
 * of its own, so that it moves between machines without touching anything else on them, and never keeps a machine from its
 * work.
 *
 * Files that tell of secrets and addresses come with the caller: components/stackMonitor.ts.
 */
export function monitor(blueprint: Blueprint, settings: Monitor): RoleConfiguration {
  const ready = (port: number, path = "/-/ready") =>
    `curl -fsS -o /dev/null --max-time 2 http://127.0.0.1:${port}${path}`;
  const secrets = secretNames(settings).map((name) => `${paths.secrets}/${name}`);
  return {
    packages: ["curl", "prometheus", "prometheus-alertmanager", "prometheus-blackbox-exporter"],
    files: {
      [paths.rules]: {
        content: json(ruleFile(rulesFor(partsOf(blueprint, settings)))),
        validate: "promtool check rules %s",
      },
      // Its file of rules is checked by itself: it does not lie beside a candidate.
      [paths.prometheus]: {
        content: json(prometheusYml(blueprint, settings)),
        validate: "promtool check config --syntax-only %s",
      },
      [paths.alertmanager]: {
        content: json(alertmanagerYml(blueprint.stack, settings)),
        validate: "amtool check-config %s",
      },
      [paths.blackbox]: {
        content: json(blackboxYml(blueprint.settings.https?.issuer.ca !== undefined)),
        validate: "prometheus-blackbox-exporter --config.check --config.file=%s",
      },
      ...(settings.smtp?.ca !== undefined && { [paths.mailAuthority]: { content: settings.smtp.ca } }),
      [dropInPath(units.blackbox)]: { content: blackboxDropIn() },
      [dropInPath(units.alertmanager)]: { content: alertmanagerDropIn(settings) },
      [dropInPath(units.prometheus)]: { content: prometheusDropIn(settings) },
    },
    units: [
      {
        name: units.blackbox,
        restartOn: [dropInPath(units.blackbox)],
        reloadOn: [paths.blackbox],
        healthy: ready(ports.blackbox, "/-/healthy"),
      },
      {
        name: units.alertmanager,
        // systemd hands it the secrets when it starts.
        restartOn: [dropInPath(units.alertmanager), ...secrets],
        reloadOn: [paths.alertmanager],
        healthy: ready(ports.alertmanager),
      },
      {
        name: units.prometheus,
        restartOn: [dropInPath(units.prometheus)],
        reloadOn: [paths.prometheus, paths.rules],
        healthy: ready(ports.prometheus),
        timeout: 120,
      },
    ],
    checks: [
      {
        name: "the monitor has its rules",
        command: `curl -fsS --max-time 5 http://127.0.0.1:${ports.prometheus}/api/v1/rules | grep -q '"name":"SiteDown"'`,
      },
    ],
  };
}

/** Names of the files that hold addresses and passwords. */
export function secretNames({ page, notice, smtp, heartbeat }: Monitor): string[] {
  const channels = new Set([...page, ...notice].filter(({ kind }) => kind !== "email").map(({ name }) => name));
  return [
    ...channels,
    ...(heartbeat ? [monitorSecrets.heartbeat] : []),
    ...(smtp?.user !== undefined ? [monitorSecrets.smtpPassword] : []),
  ];
}

/** What the stack has, as far as rules ask. */
export function partsOf(blueprint: Blueprint, { heartbeat, alsoProbe }: Monitor): Part[] {
  const { database, settings } = blueprint;
  return [
    ...(machinesWith(blueprint, "loadBalancer").length > 1 ? (["pair"] as const) : []),
    ...(database ? (["database"] as const) : []),
    ...(settings.backup ? (["backup"] as const) : []),
    ...(settings.https || alsoProbe.some((url) => url.startsWith("https:")) ? (["https"] as const) : []),
    ...(heartbeat ? (["heartbeat"] as const) : []),
  ];
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function prometheusDropIn({ retentionDays }: Monitor): string {
  return watcherDropIn({
    program: "/usr/bin/prometheus",
    options: [
      `--config.file=${paths.prometheus}`,
      `--storage.tsdb.path=${paths.figures}/metrics2/`,
      `--storage.tsdb.retention.time=${retentionDays}d`,
      "--storage.tsdb.retention.size=10GB",
      `--web.listen-address=127.0.0.1:${ports.prometheus}`,
      "--query.timeout=30s",
      "--query.max-concurrency=4",
    ],
    memory: 512,
    writes: [paths.figures],
  });
}

function alertmanagerDropIn(settings: Monitor): string {
  return watcherDropIn({
    program: "/usr/bin/prometheus-alertmanager",
    options: [
      `--config.file=${paths.alertmanager}`,
      `--storage.path=${paths.figures}/alertmanager/`,
      `--web.listen-address=127.0.0.1:${ports.alertmanager}`,
      "--cluster.listen-address=",
      "--enable-feature=receiver-name-in-metrics",
    ],
    memory: 128,
    writes: [paths.figures],
    more: secretNames(settings).map((name) => `LoadCredential=${name}:${paths.secrets}/${name}`),
  });
}

function blackboxDropIn(): string {
  return watcherDropIn({
    program: "/usr/bin/prometheus-blackbox-exporter",
    options: [`--config.file=${paths.blackbox}`, `--web.listen-address=127.0.0.1:${ports.blackbox}`],
    memory: 64,
  });
}
