import { readTime } from "./time";

/** What haproxy.cfg says about time and tries. Times in seconds. */
export interface HaproxyFacts {
  /** How instances are asked whether they are well. */
  readonly check: {
    /** Between two checks: while all is well, while the verdict is changing, and while the instance is out. */
    readonly interval: number;
    readonly fastInterval: number;
    readonly downInterval: number;
    /** Failed checks in a row that take an instance out, good ones that bring it back. */
    readonly fall: number;
    readonly rise: number;
    /** How long a check waits for its connection, and then for its answer. */
    readonly connect: number;
    readonly answer: number;
  };
  /** How long a request waits for a connection to an instance. */
  readonly connect: number;
  /** How often a request is tried again. */
  readonly retries: number;
  readonly safe: { readonly answer: number; readonly retryOn: readonly string[] };
  readonly unsafe: { readonly answer: number; readonly retryOn: readonly string[]; readonly cutWhenDown: boolean };
  /** Over how many seconds a source's requests and new connections are counted. */
  readonly requestPeriod: number;
  readonly connectionPeriod: number;
}

type Section = readonly (readonly string[])[];

/**
 * Reads it out of the very file that the load balancer gets, so that the report cannot claim what is not configured.
 *
 * @throws when something that the report computes with is not there
 */
export function readHaproxy(cfg: string): HaproxyFacts {
  const section = (name: string) => sectionOf(cfg, name);
  const [defaults, safe, unsafe] = [section("defaults"), section("backend safe"), section("backend unsafe")];
  const server = optionsOf(safe, "default-server");
  const time = (text: string) => readTime(text, "ms");
  const interval = time(server("inter"));
  const connect = time(valueOf(defaults, "timeout connect"));
  return {
    check: {
      interval,
      fastInterval: time(server("fastinter")),
      downInterval: time(server("downinter")),
      fall: Number(server("fall")),
      rise: Number(server("rise")),
      // HAProxy's configuration manual, `timeout check`: the smaller one holds for the connection.
      connect: Math.min(connect, interval),
      answer: time(valueOf(defaults, "timeout check")),
    },
    connect,
    retries: Number(valueOf(safe, "retries")),
    safe: { answer: time(valueOf(safe, "timeout server")), retryOn: wordsOf(safe, "retry-on") },
    unsafe: {
      answer: time(valueOf(unsafe, "timeout server")),
      retryOn: wordsOf(unsafe, "retry-on"),
      cutWhenDown: optionsOf(unsafe, "default-server")("on-marked-down") === "shutdown-sessions",
    },
    requestPeriod: time(counted(cfg, "http_req_rate")),
    connectionPeriod: time(counted(cfg, "conn_rate")),
  };
}

function sectionOf(cfg: string, name: string): Section {
  const all = cfg.split("\n");
  const start = all.indexOf(name);
  if (start < 0) throw missing(`section "${name}"`);
  const rest = all.slice(start + 1);
  const end = rest.findIndex((line) => /^[a-z]/.test(line));
  return rest.slice(0, end < 0 ? undefined : end).map((line) => line.trim().split(/\s+/));
}

/** The words after a directive of one or two words. */
function wordsOf(section: Section, directive: string): readonly string[] {
  const name = directive.split(" ");
  const line = section.find((words) => name.every((word, index) => words[index] === word));
  if (!line) throw missing(directive);
  return line.slice(name.length);
}

function valueOf(section: Section, directive: string): string {
  const [value] = wordsOf(section, directive);
  if (value === undefined) throw missing(directive);
  return value;
}

/** Options of a line like `default-server check inter 500ms fall 2`, by their name. */
function optionsOf(section: Section, directive: string): (option: string) => string {
  const words = wordsOf(section, directive);
  return (option) => {
    const value = words[words.indexOf(option) + 1];
    if (!words.includes(option) || value === undefined) throw missing(`${directive} ${option}`);
    return value;
  };
}

/** The period of a counter in a stick table, e.g. `10s` of `http_req_rate(10s)`. */
function counted(cfg: string, counter: string): string {
  const period = new RegExp(`\\b${counter}\\((\\w+)\\)`).exec(cfg)?.[1];
  if (period === undefined) throw missing(`a stick table with ${counter}`);
  return period;
}

function missing(what: string): Error {
  return new Error(
    `haproxy.cfg has no ${what}, which the failure report computes with: change failures/rendered/haproxy.ts`,
  );
}
