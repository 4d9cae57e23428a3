import { type Blueprint, machinesWith } from "../../blueprint/blueprint";
import { ports } from "../../blueprint/ports";
import type { Monitor } from "../../blueprint/resolve/monitor";
import { monitorPaths as paths } from "./paths";

/** Seconds between two looks at everything. */
export const scrapeInterval = 15;

/** Seconds between two visits to the site: it has to be known soon when it is down. */
const visitInterval = 10;

/** HAProxy's figures that a chart or a rule uses; it has some eighty for each server. */
const haproxyFigures = [
  "haproxy_frontend_http_responses_total",
  "haproxy_frontend_http_requests_total",
  "haproxy_frontend_current_sessions",
  "haproxy_backend_active_servers",
  "haproxy_backend_current_queue",
  "haproxy_backend_response_time_average_seconds",
  "haproxy_backend_http_responses_total",
  "haproxy_server_status",
].join("|");

/** What is asked, and how often. YAML, of which JSON is a part. */
export function prometheusYml(blueprint: Blueprint, monitor: Monitor): object {
  const { stack, machines, database } = blueprint;
  const local = (job: string, port: number) => ({
    job_name: job,
    static_configs: [{ targets: [`127.0.0.1:${port}`] }],
  });
  return {
    global: {
      scrape_interval: `${scrapeInterval}s`,
      scrape_timeout: "10s",
      evaluation_interval: `${scrapeInterval}s`,
      external_labels: { stack },
    },
    rule_files: [paths.rules],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [`127.0.0.1:${ports.alertmanager}`] }] }] },
    scrape_configs: [
      {
        job_name: "machine",
        static_configs: machines.map((machine) => ({
          targets: [`${machine.privateAddress}:${ports.machineFigures}`],
          labels: { machine: machine.name, only: onlyOne(blueprint, machine.roles) },
        })),
      },
      {
        job_name: "haproxy",
        params: { scope: ["frontend", "backend", "server"], "no-maint": ["1"] },
        static_configs: machinesWith(blueprint, "loadBalancer").map(({ name, privateAddress, roles }) => ({
          targets: [`${privateAddress}:${ports.status}`],
          labels: { machine: name, only: onlyOne(blueprint, roles) },
        })),
        metric_relabel_configs: [{ source_labels: ["__name__"], regex: haproxyFigures, action: "keep" }],
      },
      ...(database
        ? [
            {
              job_name: "postgres",
              static_configs: machines
                .filter(({ name }) => name === database.machine)
                .map(({ name, roles }) => ({
                  targets: [`${database.address}:${ports.databaseFigures}`],
                  labels: { machine: name, only: onlyOne(blueprint, roles) },
                })),
            },
          ]
        : []),
      probe("site", { file_sd_configs: [{ files: [paths.site] }] }),
      ...(monitor.alsoProbe.length > 0
        ? [probe("other-site", { static_configs: [{ targets: monitor.alsoProbe }] })]
        : []),
      local("prometheus", ports.prometheus),
      local("alertmanager", ports.alertmanager),
    ],
  };
}

/** Whether another machine does the same work: then its end is felt later. */
function onlyOne({ machines }: Blueprint, roles: readonly string[]): "yes" | "no" {
  return roles.some((role) => machines.filter((machine) => machine.roles.some((other) => other === role)).length === 1)
    ? "yes"
    : "no";
}

/** An address that is asked for as a visitor would. */
function probe(job: string, where: object): object {
  return {
    job_name: job,
    scrape_interval: `${visitInterval}s`,
    scrape_timeout: "6s",
    metrics_path: "/probe",
    params: { module: ["visitor"] },
    ...where,
    relabel_configs: [
      { source_labels: ["__address__"], target_label: "__param_target" },
      { source_labels: ["__param_target"], target_label: "instance" },
      { target_label: "__address__", replacement: `127.0.0.1:${ports.blackbox}` },
    ],
  };
}

/**
 * How the probe asks: an answer within five seconds that is no error. A redirect is an answer.
 *
 * @param ownAuthority whether certificates come from an authority that Debian does not know
 */
export function blackboxYml(ownAuthority: boolean): object {
  const http = {
    preferred_ip_protocol: "ip4",
    follow_redirects: false,
    valid_status_codes: [200, 201, 202, 204, 301, 302, 303, 307, 308, 401],
    ...(ownAuthority && { tls_config: { insecure_skip_verify: true } }),
  };
  return { modules: { visitor: { prober: "http", timeout: "5s", http } } };
}

/** The file that names what visitors ask for. */
export function siteFile(url: string, path: string): string {
  return `${JSON.stringify([{ targets: [`${url.replace(/\/$/, "")}${path}`] }])}\n`;
}
