import { machinesWith, type Blueprint, type MachinePlan } from "../../blueprint/blueprint";
import { ports } from "../../blueprint/ports";
import { heading, lines } from "../text";
import { backends } from "./backends";
import { visitors } from "./visitors";
import { errorLogFormat, logFormat } from "./logFormat";
import { bodiesPath } from "./bodies";
import { bufferBytes, headBytes, mostHeaders } from "./heads";
import { stickCounters } from "./sources";
import { tlsGlobals } from "./tls";
import { haproxyTimings, milliseconds } from "./timings";

/**
 * The whole haproxy.cfg of one load balancer, for Debian 13's HAProxy 3.0. Each decision has its reason in
 * docs/decisions.md; what was measured about it is in docs/measured.md.
 */
export function haproxyCfg(blueprint: Blueprint, machine: MachinePlan): string {
  const { https, loadBalancer } = blueprint.settings;
  const { limits } = loadBalancer;
  const timings = haproxyTimings(blueprint.settings);
  return lines(
    heading(),
    "global",
    "    # To the journal, in which systemd keeps what each process writes.",
    "    # HAProxy cuts lines at 1024 bytes otherwise, and a line with a long path is no JSON then.",
    "    log stdout len 8192 format raw daemon info",
    "    user haproxy",
    "    group haproxy",
    "    chroot /var/lib/haproxy",
    "    stats socket /run/haproxy/admin.sock user haproxy group haproxy mode 660 level admin",
    `    maxconn ${limits.connections}`,
    "    # A head, of a request or an answer, has to fit into one buffer.",
    `    tune.bufsize ${bufferBytes}`,
    `    tune.http.maxhdr ${mostHeaders}`,
    `    ${stickCounters}`,
    https && tlsGlobals(https, machine),
    `    lua-load-per-thread ${bodiesPath}`,
    `    localpeer ${machine.name}`,
    "    # A reload leaves the old process with its open connections, for a minute at most.",
    "    hard-stop-after 60s",
    "",
    "defaults",
    "    mode http",
    "    log global",
    `    log-format '${logFormat(https !== undefined)}'`,
    `    error-log-format '${errorLogFormat(headBytes)}'`,
    "    option dontlognull",
    // Closed while it is idle, a connection meets the next request on its way (https://github.com/haproxy/haproxy/issues/1506).
    // close-spread-time would do that at random moments, in spite of this option.
    "    # After a reload the old process closes connections with an answer that says so; idle ones end at timeout http-keep-alive.",
    "    option idle-close-on-response",
    `    timeout connect ${milliseconds(timings.connect)}`,
    "    timeout client 30s",
    `    timeout http-request ${milliseconds(limits.headerTimeout)}`,
    "    timeout http-keep-alive 10s",
    `    timeout queue ${milliseconds(limits.queueTimeout)}`,
    `    timeout check ${milliseconds(timings.check.answer)}`,
    `    timeout tunnel ${milliseconds(timings.silence)}`,
    "    timeout client-fin 5s",
    "",
    "# Tables of what sources do: from the old process to the new one at a reload, and to the other load balancer.",
    "peers loadBalancers",
    `    bind ${machine.privateAddress}:${ports.peers}`,
    machinesWith(blueprint, "loadBalancer").map(({ name, privateAddress }) =>
      // The local peer has no address here, or HAProxy would bind it a second time.
      name === machine.name ? `    server ${name}` : `    server ${name} ${privateAddress}:${ports.peers}`,
    ),
    "",
    visitors(blueprint, timings),
    "",
    backends(blueprint, timings),
    "",
    "# Readiness, statistics and metrics: on the private side only.",
    "frontend status",
    `    bind 127.0.0.1:${ports.status}`,
    `    bind ${machine.privateAddress}:${ports.status}`,
    "    option dontlog-normal",
    "    monitor-uri /ready",
    "    monitor fail if { nbsrv(safe) lt 1 }",
    "    http-request use-service prometheus-exporter if { path /metrics }",
    "    stats enable",
    "    stats uri /",
    "    stats refresh 5s",
    "    stats hide-version",
  );
}
