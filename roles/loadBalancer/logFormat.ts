import { heading, lines } from "../text";

/** Where HAProxy finds what ends of requests are called. */
export const endsPath = "/etc/haproxy/ends.map";

/**
 * One JSON object for each request. `end` is HAProxy's termination state (`--`: as it should be) and `retries` has a `+`
 * when another instance was asked: with both, each request of a drill can be accounted for. `why` says it in words, where
 * HAProxy itself answered or somebody went away. Times are in milliseconds.
 *
 * The query is left out of the path, because that is where people put what they should not.
 */
const fields: Readonly<Record<string, string>> = {
  time: "%Ts.%ms",
  id: '"%ID"',
  source: '"%ci"',
  method: '"%HM"',
  path: '"%[capture.req.uri,field(1,?),json(utf8s)]"',
  status: "%ST",
  bytes: "%B",
  queue: "%Tw",
  connect: "%Tc",
  response: "%Tr",
  total: "%Ta",
  backend: '"%b"',
  instance: '"%s"',
  end: '"%ts"',
  retries: '"%rc"',
};

/** Fields of a stack with https: `-` in place of a TLS version is http. */
const tlsFields: Readonly<Record<string, string>> = { tls: '"%sslv"', version: '"%HV"' };

const formatOf = (why: string, more: Readonly<Record<string, string>> = {}) =>
  `{${Object.entries({ ...fields, ...more, why: `"${why}"` })
    .map(([name, value]) => `"${name}":${value}`)
    .join(",")}}`;

/** The line of a request. */
export function logFormat(https: boolean): string {
  return formatOf(`%[txn.sess_term_state,concat(-,txn.status),map_str(${endsPath},-)]`, https ? tlsFields : {});
}

/** Of what never became a request: it has no path. */
export function errorLogFormat(headBytes: number): string {
  return formatOf(`not HTTP, or its head is larger than ${headBytes} bytes (400) or did not come in time (408)`);
}

/**
 * HAProxy's termination state and the status → words (configuration.txt, section 8.5). Numbers come from settings, so their
 * names stand here.
 */
export function ends(headBytes: number): string {
  const words: Readonly<Record<string, string>> = {
    "PR-408": "the body came more slowly than limits.bodyRate, or paused for longer than limits.bodyPause",
    "PR-413": "the body is larger than limits.bodySize",
    "PR-421": "the host is none of loadBalancer.hosts",
    "PR-429": "the source sends more than limits.requestRatePerSource or limits.bodiesPerSource",
    "PR-501": "the method is for proxies",
    "cR-408": "the body did not come in time",
    "cD-408": "the body did not come in time",
    "PH-502": `the answer of the instance is not HTTP, or its head is larger than ${headBytes} bytes`,
    "SH-502": "the instance closed the connection before its answer was there",
    "SC-503": "no instance is up, or it refused the connection",
    "sC-503": "no connection to an instance came about in time",
    "sQ-503": "no instance had a place within limits.queueTimeout: limits.requestsPerInstance or streamsPerInstance",
    "sH-504": "the instance did not answer within app.timeouts",
  };
  return lines(heading(), ...Object.entries(words).map(([end, text]) => `${end} ${text}`));
}
