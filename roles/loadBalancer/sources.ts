import type { Blueprint } from "../../blueprint/blueprint";
import type { Https } from "../../blueprint/resolve/https";
import type { HaproxyTimings } from "./timings";

/** How many sources' worth of the limits a whole IPv6 network gets. */
export const sourcesPerNetwork = 10;

/** Whose doings are counted together, and how much of the limits they may use together. */
interface Level {
  /** HAProxy's stick tables of what they do, and of their bodies under way. */
  readonly tables: { readonly all: string; readonly bodies: string };
  /** HAProxy's counters for these tables. */
  readonly counters: { readonly all: number; readonly bodies: number };
  /** Entries of the tables. */
  readonly size: { readonly all: string; readonly bodies: string };
  /** Bits of an IPv6 address. */
  readonly prefix: number;
  readonly times: number;
  /** ACLs that say who is counted. */
  readonly who: string;
}

const levels: readonly Level[] = [
  {
    tables: { all: "sources", bodies: "bodiesOfSources" },
    counters: { all: 0, bodies: 2 },
    size: { all: "200k", bodies: "20k" },
    prefix: 64,
    times: 1,
    who: "!exempt",
  },
  {
    tables: { all: "networks", bodies: "bodiesOfNetworks" },
    counters: { all: 1, bodies: 3 },
    size: { all: "100k", bodies: "20k" },
    prefix: 48,
    times: sourcesPerNetwork,
    who: "!exempt !ipv4",
  },
];

/** What stands in front of a stack. */
export type Behind = Https["behind"];

/** Whether it says who the visitor is before anything else of a connection. */
export function byProxyProtocol(behind: Behind): boolean {
  return behind?.client === "proxy-protocol";
}

/** HAProxy's setting for the counters above; it has three otherwise. */
export const stickCounters = `tune.stick-counters ${levels.length * 2}`;

/** The tables. Bodies are counted by each load balancer for itself, as HAProxy does with everything that is under way. */
export function sourceTables({ connectionPeriod, requestPeriod }: HaproxyTimings): string[] {
  const counters = `conn_cur,conn_rate(${connectionPeriod}s),http_req_rate(${requestPeriod}s)`;
  return [
    "# What each source does. An IPv6 source is a /64, because that is what one customer gets. Some get a /48, in which there",
    `# are 65536 of them: all together may do what ${sourcesPerNetwork} sources may.`,
    ...levels.flatMap(({ tables, size }) => [
      `backend ${tables.all}`,
      `    stick-table type ipv6 size ${size.all} expire 10m store ${counters} peers loadBalancers`,
      "",
      `backend ${tables.bodies}`,
      `    stick-table type ipv6 size ${size.bodies} expire 10m store conn_cur`,
      "",
    ]),
  ];
}

/**
 * Rules of the frontend: how many connections a source has and opens. What stands in front of the stack has as many as it
 * likes; those that it opens for a visitor are the visitor's, where the PROXY protocol says whose they are.
 */
export function connectionLimits({ settings }: Blueprint): string[] {
  const { limits } = settings.loadBalancer;
  const behind = settings.https?.behind;
  const limited = (moment: string, who: string) =>
    levels.flatMap((level) => [
      track(level, `tcp-request ${moment}`, who),
      `    tcp-request ${moment} reject if { sc_conn_cur(${level.counters.all}) gt ${limits.connectionsPerSource * level.times} }`,
      `    tcp-request ${moment} reject if { sc_conn_rate(${level.counters.all}) gt ${limits.connectionRatePerSource * level.times} }`,
    ]);
  return [
    // An ACL without values is an error in HAProxy; "never" needs its own words.
    ...(limits.exempt.length > 0 ? aclOf("exempt src", limits.exempt) : ["    acl exempt always_false"]),
    "    acl ipv4 src 0.0.0.0/0",
    ...limited("connection", behind ? "!in_front " : ""),
    // A connection's own rules come before its first byte; those of a session after PROXY's head.
    ...(byProxyProtocol(behind) ? limited("session", "{ fc_rcvd_proxy } !in_front ") : []),
  ];
}

/** Rules of the frontend: how many requests a source sends. */
export function requestLimits({ settings }: Blueprint): string[] {
  const { requestRatePerSource } = settings.loadBalancer.limits;
  const behind = settings.https?.behind;
  return levels.flatMap((level) => [
    // One connection of a proxy has requests of many visitors.
    ...(behind && !byProxyProtocol(behind)
      ? [track(level, "http-request", "{ var(txn.in_front) -m bool } !in_front ")]
      : []),
    tooMany(`sc_http_req_rate(${level.counters.all}) gt ${requestRatePerSource * level.times}`),
  ]);
}

function track({ tables, counters, prefix, who }: Level, rule: string, more: string): string {
  return `    ${rule} track-sc${counters.all} src,ipmask(32,${prefix}) table ${tables.all} if ${more}${who}`;
}

/** Rules of the frontend, where it is known which bodies are `unfinished`: how many of them a source has under way. */
export function bodyLimits(blueprint: Blueprint): string[] {
  return levels.flatMap(({ tables, counters: { bodies }, prefix, times, who }) => [
    `    http-request track-sc${bodies} src,ipmask(32,${prefix}) table ${tables.bodies} if unfinished ${who}`,
    tooMany(`sc_conn_cur(${bodies}) gt ${bodiesAtOnce(blueprint, times)}`),
  ]);
}

/**
 * Unfinished bodies that so many sources may have at the instances: never more than half of what these take, or nobody
 * else's request would get to one.
 */
export function bodiesAtOnce({ settings, instances }: Blueprint, sources = 1): number {
  const { bodiesPerSource, requestsPerInstance } = settings.loadBalancer.limits;
  return Math.min(bodiesPerSource * sources, Math.ceil((instances.length * requestsPerInstance) / 2));
}

function tooMany(condition: string): string {
  return `    http-request deny deny_status 429 hdr Retry-After 10 if { ${condition} }`;
}

/** An ACL with many values, a line for each: HAProxy reads 64 words of a line and no more. */
export function aclOf(acl: string, values: readonly string[]): string[] {
  return values.map((value) => `    acl ${acl} ${value}`);
}
