/**
 * Headers by which apps believe to know who asked for what, because proxies in front of them write these. A visitor could
 * write them too, so they are deleted, whoever sends them. `*` stands for any ending; a hyphen also for any other
 * character between words: many apps cannot tell `X_Real_IP` from `X-Real-IP` (CGI, WSGI, PHP).
 */
export const headersOfProxies: readonly string[] = [
  // From where, and with what: set anew below.
  "Forwarded",
  "X-Forwarded*",
  // From where.
  "X-Real-IP",
  "X-Client-IP",
  "X-Cluster-Client-IP",
  "X-Originating-IP",
  "X-ProxyUser-IP",
  "X-Remote-Addr",
  "X-Remote-IP",
  "Client-IP",
  "HTTP-Client-IP",
  "Proxy-Client-IP",
  "True-Client-IP",
  "WL-Proxy-Client-IP",
  "CF-Connecting-IP",
  "CF-Connecting-IPv6",
  "CF-IPCountry",
  "CF-Pseudo-IPv4",
  "CF-Visitor",
  "Fastly-Client-IP",
  "Fly-Client-IP",
  "X-Appengine-User-IP",
  "X-Azure-ClientIP",
  "X-Azure-SocketIP",
  "X-Envoy-External-Address",
  // With what scheme, to which host and path.
  "Front-End-Https",
  "X-Scheme",
  "X-Url-Scheme",
  "X-Host",
  "X-HTTP-Host-Override",
  "X-Original-*",
  "X-Rewrite-URL",
  "X-Script-Name",
  "Script-Name",
  "Path-Info",
  // Programs that the app runs would send their own requests there (https://httpoxy.org).
  "Proxy",
  // Each request has one, ours, which is in the log: `unique-id-header` adds it.
  "X-Request-Id",
];

/** A pattern (PCRE) of the names, as HAProxy has them: in small letters. */
export function namesPattern(headers: readonly string[] = headersOfProxies): string {
  const names = headers.map((name) => name.toLowerCase().replaceAll(/[-_]/g, "[^a-z0-9]").replaceAll("*", ".*"));
  return `^(?:${names.join("|")})$`;
}

/**
 * Rules of the frontend: what an instance is told about a visitor is what this load balancer saw itself, or what an exempt
 * source saw, which stands in front of it. Of the addresses that such a source names, it has seen the last one itself.
 * See `whoAsks` for what stands in front of the whole stack.
 *
 * @param named the header in which that names visitors
 */
export function visitorHeaders(named?: string): string[] {
  const headers = named === undefined ? headersOfProxies : [...headersOfProxies, named];
  return [
    "    # Only what this load balancer or an exempt source saw itself counts; what visitors claim does not.",
    "    http-request set-var(txn.visitor) src if !{ var(txn.visitor) -m found }",
    `    http-request del-header '${namesPattern(headers)}' -m reg`,
    "    http-request set-header X-Forwarded-For %[var(txn.visitor)]",
    "    http-request set-header X-Forwarded-Proto http",
    "    http-request set-header X-Forwarded-Proto https if { var(txn.https) -m bool }",
    "    # Between visitors and load balancers there is HTTP/1.1 alone, whatever a client would like better.",
    "    http-request del-header Upgrade if { req.hdr(upgrade) -m beg -i h2c }",
    "    http-request del-header HTTP2-Settings",
    "    # `Connection` names headers that the next hop drops. Ours must not be among them.",
    "    http-request set-var(txn.upgrade) bool(true) if { req.hdr(connection) -i upgrade } { req.hdr(upgrade) -m found }",
    "    http-request set-header Connection upgrade if { var(txn.upgrade) -m bool }",
    "    http-request del-header Connection if !{ var(txn.upgrade) -m bool }",
  ];
}
