import type { Blueprint } from "../../blueprint/blueprint";
import { ports } from "../../blueprint/ports";
import { bodyBytes } from "./bodySize";
import type { HaproxyTimings } from "./timings";

/** Requests per second from which writing a line for each would cost more than balancing them (bench/throughput.ts). */
const busy = 1_000;

/** The entrance: who is let in how often, and which requests may be repeated on another instance. */
export function visitors({ settings }: Blueprint, timings: HaproxyTimings): string[] {
  const { limits } = settings.loadBalancer;
  const { slowPaths } = settings.app;
  const { connectionPeriod, requestPeriod } = timings;
  const counters = `conn_cur,conn_rate(${connectionPeriod}s),http_req_rate(${requestPeriod}s)`;
  return [
    "# What each source does. An IPv6 source is a /64, because that is what one customer gets.",
    "backend sources",
    `    stick-table type ipv6 size 200k expire 10m store ${counters} peers loadBalancers`,
    "",
    "frontend visitors",
    `    bind 0.0.0.0:${ports.http}`,
    `    bind [::]:${ports.http} v6only`,
    "    # HTTP/1.1 only, in which a body either has its length in the head or says that it is streamed.",
    "    option disable-h2-upgrade",
    "    unique-id-format %[uuid()]",
    "    unique-id-header X-Request-Id",
    // An ACL without values is an error in HAProxy; "never" needs its own words.
    limits.exempt.length > 0 ? `    acl exempt src ${limits.exempt.join(" ")}` : "    acl exempt always_false",
    "    tcp-request connection track-sc0 src,ipmask(32,64) table sources unless exempt",
    `    tcp-request connection reject if { sc0_conn_cur gt ${limits.connectionsPerSource} }`,
    `    tcp-request connection reject if { sc0_conn_rate gt ${limits.connectionRatePerSource} }`,
    `    http-request deny deny_status 429 hdr Retry-After 10 if { sc0_http_req_rate gt ${limits.requestRatePerSource} }`,
    `    http-request deny deny_status 413 if { req.body_size gt ${bodyBytes(settings)} }`,
    "    # Only what this load balancer saw itself counts; what visitors claim about themselves does not.",
    "    http-request set-header X-Forwarded-For %[src]",
    "    http-request set-header X-Forwarded-Proto http",
    "    http-request del-header Forwarded",
    `    # Every request has its line in the journal; above ${busy} a second each error, and of what went well one in a hundred.`,
    `    acl busy fe_req_rate gt ${busy}`,
    "    http-response set-log-level silent if busy { status lt 400 } !{ rand(100) eq 0 }",
    "    acl safe_method method GET HEAD OPTIONS",
    ...(slowPaths.length > 0 ? [`    acl slow_path path_beg ${slowPaths.join(" ")}`] : []),
    "    # A body that is streamed is counted in unsafe while it passes. Whatever the method, it cannot be repeated.",
    "    acl streamed req.hdr(transfer-encoding) -m found",
    `    use_backend safe if safe_method !streamed${slowPaths.length > 0 ? " !slow_path" : ""}`,
    "    default_backend unsafe",
  ];
}
