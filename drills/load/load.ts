import { Client, type Protocol } from "./client";
import { type Connections, type LoadResult, Outcomes } from "./outcomes";
import { runAsProgram } from "./program";

/** What visitors do during a drill. */
export interface LoadOptions {
  /** e.g. `https://203.0.113.200/entries` */
  readonly url: string;
  /** Requests per second, sent at their times whatever becomes of the earlier ones. */
  readonly rate: number;
  /** Seconds. */
  readonly duration: number;
  /** How visitors connect. @default "fresh" */
  readonly connections?: Connections;
  /** What they speak where the URL is https, in turn. @default both */
  readonly protocols?: readonly Protocol[];
  /**
   * New connections per second at most where the URL is https; the other requests use open ones, as browsers do. Each costs
   * this computer, which is visitor and server at once, some milliseconds of a core. @default 30
   */
  readonly handshakes?: number;
  /** Share of requests that are POSTs, 0 to 1. @default 0 */
  readonly posts?: number;
  /** Body of each POST. @default {"text":"drill"} */
  readonly body?: string;
  /** Seconds after which a request without a whole answer has failed. @default 10 */
  readonly timeout?: number;
  /** Seconds from which an answer counts as slow. @default 1 */
  readonly slow?: number;
  /** Local addresses to come from, in turn. @default the system's choice */
  readonly sources?: readonly string[];
  /** Ends the load early; the result says what there was until then. */
  readonly signal?: AbortSignal;
}

/** Sends in bursts when the event loop was late, so timers need not be finer than this (milliseconds). */
const tick = 2;

/**
 * An open-loop load: request number i belongs to the time start + i / rate and its latency counts from then, so a server
 * that stalls cannot make the load wait for it and hide its stall (coordinated omission).
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const { rate, duration, signal } = options;
  const visitor = makeVisitor(options);
  const outcomes = new Outcomes(options);
  const total = Math.round(rate * duration);
  const start = performance.now();
  const open = new Set<Promise<void>>();
  let sent = 0;
  let late = 0;
  while (sent < total && !signal?.aborted) {
    const elapsed = performance.now() - start;
    for (; sent < total && (sent * 1000) / rate <= elapsed; sent++) {
      const due = start + (sent * 1000) / rate;
      late = Math.max(late, performance.now() - due);
      const done = visitor.visit(sent).then((kind) => {
        outcomes.add({ at: (due - start) / 1000, latency: (performance.now() - due) / 1000, kind });
        open.delete(done);
      });
      open.add(done);
    }
    await new Promise((resolve) => setTimeout(resolve, tick));
  }
  await Promise.all(open);
  visitor.client.close();
  const { repeated } = visitor.client;
  return outcomes.result({ late: late / 1000, interrupted: signal?.aborted ?? false, repeated });
}

function makeVisitor(options: LoadOptions) {
  const { connections = "fresh", posts = 0, body = '{"text":"drill"}', timeout = 10, sources = [] } = options;
  const { protocols = ["http/1.1", "h2"], handshakes = 30, rate } = options;
  const path = new URL(options.url).pathname;
  const client = new Client(options.url, timeout);
  const asked = connections === "keep-alive" ? 0 : connections === "mixed" ? 0.5 : 1;
  const fresh = client.isSecure ? Math.min(asked, handshakes / rate) : asked;

  /** Resolves to `ok` or to the kind of failure; never rejects. */
  async function visit(number: number): Promise<string> {
    // Spread evenly by arithmetic rather than by chance, so that runs can be compared.
    const post = isTurn(number, posts);
    // In pairs, so that a share of POSTs that is even meets both kinds of connections.
    const pair = Math.floor(number / 2);
    const kind = await client.ask({
      method: post ? "POST" : "GET",
      path,
      source: sources[number % sources.length],
      fresh: isTurn(pair, fresh),
      protocol: protocols[Math.floor(pair / 2) % protocols.length] ?? "http/1.1",
      ...(post && { headers: { "content-type": "application/json" }, body }),
    });
    return /^\d+$/.test(kind) && Number(kind) < 400 ? "ok" : kind;
  }

  return { visit, client };
}

/** Whether it is this number's turn, when a share of all numbers has one: evenly spread. */
const isTurn = (number: number, share: number) => Math.floor((number + 1) * share) > Math.floor(number * share);

if (require.main === module) runAsProgram<LoadOptions>((options, signal) => load({ ...options, signal }));
