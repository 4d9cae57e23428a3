import { Client } from "./client";
import { longestGap } from "./outcomes";
import { runAsProgram } from "./program";

/** People who write, each line with an id of its own, so that afterwards every one of them can be looked for. */
export interface WriterOptions {
  /** Where entries are posted to. */
  readonly url: string;
  /** Beginning of every id: other runs have others. */
  readonly run: string;
  /** Lines per second, sent at their times whatever becomes of the earlier ones. */
  readonly rate: number;
  /** Seconds. */
  readonly duration: number;
  /** Seconds after which nobody waits for an answer any more. @default 15 */
  readonly timeout?: number;
  /** Local addresses to come from, in turn. @default the system's choice */
  readonly sources?: readonly string[];
  /** Ends the writing early. */
  readonly signal?: AbortSignal;
}

/** What became of the lines as far as their writers know, by number; the line's id is `<run>-<number>`. */
export interface WriterResult {
  readonly run: string;
  readonly sent: number;
  /** When line 0 was due, in milliseconds since 1970; line n was due `n / rate` seconds later, and was not sent before. */
  readonly begun: number;
  /** Seconds in which lines were sent. */
  readonly duration: number;
  /** Answered with 201: they have to be there for ever. */
  readonly acknowledged: readonly number[];
  /** When each of these was answered, in the same order: seconds since `begun`. */
  readonly acknowledgedAt: readonly number[];
  /** Answered with 4xx: they must never be there. */
  readonly refused: readonly number[];
  /** An error, no answer, half an answer: either is right. */
  readonly unknown: readonly number[];
  /** How the unknown ones ended → how many. */
  readonly failures: Readonly<Record<string, number>>;
  /** Seconds, the longest time in which nothing was acknowledged. */
  readonly longestGap: number;
}

/** Milliseconds between looks at the clock. */
const tick = 2;

async function write(options: WriterOptions): Promise<WriterResult> {
  const { rate, duration, run, signal } = options;
  const outcomes: { readonly number: number; readonly kind: string; readonly at: number }[] = [];
  const client = new Client(options.url, options.timeout ?? 15);
  const begun = Date.now();
  const start = performance.now();
  const total = Math.round(rate * duration);
  const open = new Set<Promise<void>>();
  let sent = 0;
  while (sent < total && !signal?.aborted) {
    for (; sent < total && (sent * 1000) / rate <= performance.now() - start; sent++) {
      const number = sent;
      const done = post(options, client, number).then((kind) => {
        outcomes.push({ number, kind, at: (performance.now() - start) / 1000 });
        open.delete(done);
      });
      open.add(done);
    }
    await new Promise((resolve) => setTimeout(resolve, tick));
  }
  const end = (performance.now() - start) / 1000;
  await Promise.all(open);
  client.close();
  const numbersOf = (has: (kind: string) => boolean) =>
    outcomes.filter(({ kind }) => has(kind)).map(({ number }) => number);
  const failures: Record<string, number> = {};
  for (const { kind } of outcomes) if (isUnknown(kind)) failures[kind] = (failures[kind] ?? 0) + 1;
  return {
    run,
    sent,
    begun,
    duration: end,
    acknowledged: numbersOf(isAcknowledged),
    acknowledgedAt: outcomes.filter(({ kind }) => isAcknowledged(kind)).map(({ at }) => at),
    refused: numbersOf(isRefused),
    unknown: numbersOf(isUnknown),
    failures,
    longestGap: longestGap(
      outcomes.filter(({ kind }) => isAcknowledged(kind)).map(({ at }) => at),
      end,
    ).length,
  };
}

const isAcknowledged = (kind: string) => kind === "201";
const isRefused = (kind: string) => /^4\d\d$/.test(kind);
const isUnknown = (kind: string) => !isAcknowledged(kind) && !isRefused(kind);

/** Resolves to the answer's status or to how it failed; never rejects. */
function post({ run, sources = [] }: WriterOptions, client: Client, number: number): Promise<string> {
  return client.ask({
    method: "POST",
    path: "/entries",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id: `${run}-${number}`, name: "drill", text: `line ${number}` }),
    source: sources[number % sources.length],
    fresh: false,
    protocol: number % 2 === 0 ? "http/1.1" : "h2",
  });
}

if (require.main === module) runAsProgram<WriterOptions>((options, signal) => write({ ...options, signal }));
