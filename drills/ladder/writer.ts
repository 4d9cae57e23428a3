import { createInterface } from "node:readline";
import { Agent, request } from "node:http";
import { randomUUID } from "node:crypto";

/** One entry that somebody tried to leave in the guestbook. */
export interface Attempt {
  readonly id: string;
  /** Milliseconds since 1970, when its answer was there or its time was over. */
  readonly at: number;
  /** `written`: the guestbook said so. `unknown`: it was sent, and no answer came. `refused`: surely not written. */
  readonly outcome: "written" | "unknown" | "refused";
}

/** Milliseconds between two attempts. */
const pace = 100;
/** Milliseconds that an answer may take. */
const patience = 1500;

/**
 * Writes entries one after the other to the first address that accepts them, as if DNS were always up to date: without a
 * floating IP, the address changes with the machine.
 *
 * @param addresses e.g. `203.0.113.200`; asked for before each attempt, the one that worked last comes first
 */
export async function write(
  addresses: () => readonly string[],
  note: (attempt: Attempt) => void,
  signal: AbortSignal,
): Promise<void> {
  let last: string | undefined;
  while (!signal.aborted) {
    const began = Date.now();
    const all = addresses();
    const inOrder = [...all].sort((a, b) => Number(b === last) - Number(a === last));
    for (const address of inOrder) {
      const attempt = await leaveEntry(address);
      note(attempt);
      if (attempt.outcome !== "written") continue;
      last = address;
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, pace - (Date.now() - began))));
  }
}

function leaveEntry(address: string): Promise<Attempt> {
  const id = randomUUID();
  const body = JSON.stringify({ id, name: "ladder", text: "written on the way" });
  return new Promise((resolve) => {
    let sent = false;
    const end = (outcome: Attempt["outcome"]) => {
      resolve({ id, at: Date.now(), outcome });
    };
    const post = request(
      {
        ...hostAndPort(address),
        path: "/entries",
        method: "POST",
        agent: new Agent(),
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
        signal: AbortSignal.timeout(patience),
      },
      (answer) => {
        answer.resume();
        answer.on("end", () => {
          end(answer.statusCode === 201 ? "written" : "refused");
        });
        answer.on("error", () => {
          end("unknown");
        });
      },
    );
    post.on("socket", (socket) => socket.on("connect", () => (sent = true)));
    post.on("error", () => {
      end(sent ? "unknown" : "refused");
    });
    post.end(body);
  });
}

function hostAndPort(address: string): { host: string; port: number } {
  const { hostname, port } = new URL(`http://${address}`);
  return { host: hostname, port: port === "" ? 80 : Number(port) };
}

/**
 * The writer as a program of its own, because it runs on the visitors' side. Each line of its input is a JSON list of
 * addresses from then on; each line of its output is an attempt. It ends with its input.
 */
function main(): Promise<void> {
  let addresses: readonly string[] = [];
  const ended = new AbortController();
  const input = createInterface({ input: process.stdin });
  input.on("line", (line) => {
    addresses = JSON.parse(line) as string[];
  });
  input.on("close", () => {
    ended.abort();
  });
  return write(
    () => addresses,
    (attempt) => process.stdout.write(`${JSON.stringify(attempt)}\n`),
    ended.signal,
  );
}

if (require.main === module) void main();
