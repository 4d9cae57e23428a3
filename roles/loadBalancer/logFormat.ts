/**
 * One JSON object for each request. `end` is HAProxy's termination state (`--`: as it should be) and `retries` has a `+`
 * when another instance was asked: with both, each request of a drill can be accounted for. Times are in milliseconds.
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

export const logFormat = `{${Object.entries(fields)
  .map(([name, value]) => `"${name}":${value}`)
  .join(",")}}`;
