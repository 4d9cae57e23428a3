import type { Blueprint } from "../../blueprint/blueprint";
import type { Settings } from "../../blueprint/settings";
import { ports } from "../../blueprint/ports";
import { healthPath } from "../health";
import { bodyBytes, waitForBody } from "./bodies";
import { inFrontOfAll, whoAsks } from "./inFront";
import { aclOf, bodyLimits, byProxyProtocol, connectionLimits, requestLimits, sourceTables } from "./sources";
import type { HaproxyTimings } from "./timings";
import { challengeRules, httpsRules, tlsBinds } from "./tls";
import { visitorHeaders } from "./visitorHeaders";

/** Requests per second from which writing a line for each would cost more than balancing them (bench/throughput.ts). */
const busy = 1_000;

/** The entrance: who is let in how often, and which requests may be repeated on another instance. */
export function visitors(blueprint: Blueprint, timings: HaproxyTimings): string[] {
  const { settings } = blueprint;
  const { slowPaths } = settings.app;
  const { https } = settings;
  return [
    ...sourceTables(timings),
    "frontend visitors",
    `    bind 0.0.0.0:${ports.http}`,
    `    bind [::]:${ports.http} v6only`,
    ...(https ? tlsBinds(https, blueprint) : []),
    `    # HTTP/1.1 ${https ? "on port 80, " : "only, "}in which a body either has its length in the head or says that it is streamed.`,
    "    option disable-h2-upgrade",
    "    unique-id-format %[uuid()]",
    "    unique-id-header X-Request-Id",
    ...inFrontOfAll(https?.behind),
    ...connectionLimits(blueprint),
    ...whoAsks(https),
    ...(https ? challengeRules(https) : []),
    "    # These are for proxies: an app that answers them shows what is added on the way, or opens connections.",
    "    http-request deny deny_status 501 if { method,upper -m str CONNECT TRACE TRACK }",
    ...knownHosts(settings),
    ...requestLimits(blueprint),
    ...(https ? httpsRules(https, healthPath(settings)) : []),
    `    http-request deny deny_status 413 if { req.body_size gt ${bodyBytes(settings)} }`,
    // Over HTTP/2 HAProxy takes the length into account only when the first bytes are there.
    ...(https
      ? [`    http-request deny deny_status 413 if { req.hdr_val(content-length) gt ${bodyBytes(settings)} }`]
      : []),
    ...waitForBody(settings),
    ...bodyLimits(blueprint),
    ...visitorHeaders(byProxyProtocol(https?.behind) ? undefined : https?.behind?.client),
    `    # Every request has its line in the journal; above ${busy} a second each error, and of what went well one in a hundred.`,
    `    acl busy fe_req_rate gt ${busy}`,
    "    http-after-response set-var(txn.status) status",
    "    http-response set-log-level silent if busy { status lt 400 } !{ rand(100) eq 0 }",
    "    acl safe_method method GET HEAD OPTIONS",
    ...(slowPaths.length > 0 ? aclOf("slow_path path_beg", slowPaths) : []),
    ...lasting(slowPaths.length > 0),
    "    # A body that is streamed or not whole is watched in unsafe while it passes. Whatever the method, it cannot be repeated.",
    "    use_backend streams if lasting !streamed !unfinished",
    `    use_backend safe if safe_method !streamed !unfinished${slowPaths.length > 0 ? " !slow_path" : ""}`,
    "    default_backend unsafe",
  ];
}

/** What takes no place of a request: a connection that is upgraded (websockets), and server-sent events. */
function lasting(slowPaths: boolean): string[] {
  return [
    "    acl lasting var(txn.upgrade) -m bool",
    "    http-request set-var(txn.events) bool(true) if safe_method { req.hdr(accept) -m str -i text/event-stream }",
    "    acl lasting var(txn.events) -m bool",
    ...(slowPaths ? ["    http-request set-var(txn.slow) bool(true) if lasting slow_path"] : []),
  ];
}

/**
 * Whom the app serves, where the settings say so. The health path is served under every name: checks of ours, and of what
 * stands in front, ask by address.
 */
function knownHosts(settings: Settings): string[] {
  const { hosts } = settings.loadBalancer;
  if (hosts.length === 0) return [];
  const host = "req.hdr(host),host_only,lower,rtrim(.)";
  const below = hosts.filter((name) => name.startsWith("*.")).map((name) => name.slice(1));
  const exact = hosts.filter((name) => !name.startsWith("*."));
  return [
    ...aclOf(`known_host ${host} -m str`, exact),
    ...aclOf(`known_host ${host} -m end`, below),
    `    http-request deny deny_status 421 if !known_host !{ path ${healthPath(settings)} }`,
  ];
}
