import { randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import { Agent, type ClientRequest, request } from "node:http";
import { Agent as TlsAgent, request as requestOverTls } from "node:https";
import type { Duplex } from "node:stream";
import { runAsProgram } from "./program";

/** Visitors with streams that stay open: websockets at `/socket`, server-sent events at `/events`. */
export interface StreamOptions {
  /** e.g. `https://203.0.113.200` */
  readonly url: string;
  readonly websockets: number;
  readonly events: number;
  /** Local addresses to come from, in turn. @default the system's choice */
  readonly sources?: readonly string[];
}

/** One stream that ended. */
export interface EndedStream {
  readonly kind: "websocket" | "events";
  /** Who served it, as its first message says. */
  readonly instance: string;
  /** Milliseconds since 1970. */
  readonly ended: number;
  /** `told`: with a websocket's close frame, or the last chunk of an answer. `cut`: with neither. */
  readonly how: "told" | "cut";
}

export interface StreamsResult {
  /** Streams that were opened, those anew after an end among them. */
  readonly opened: number;
  readonly ended: readonly EndedStream[];
  /** Streams that could not be opened: refused, or answered with something else. */
  readonly refused: number;
}

/** Milliseconds until a visitor whose stream ended comes back: as browsers do, only sooner. */
const comeBack = 200;

/** Keeps the streams open, anew after each end, until the signal. */
export async function streams(options: StreamOptions, signal: AbortSignal): Promise<StreamsResult> {
  // Each stream waits for it.
  setMaxListeners(0, signal);
  const ended: EndedStream[] = [];
  let opened = 0;
  let refused = 0;
  const visitor = async (kind: EndedStream["kind"], number: number) => {
    const source = options.sources?.[number % options.sources.length];
    while (!signal.aborted) {
      const end = await oneStream(kind, options.url, source, signal);
      if (end === "refused") refused++;
      else opened++;
      if (typeof end === "object") ended.push(end);
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, comeBack));
    }
  };
  await Promise.all([
    ...Array.from({ length: options.websockets }, (_, number) => visitor("websocket", number)),
    ...Array.from({ length: options.events }, (_, number) => visitor("events", number)),
  ]);
  return { opened, ended, refused };
}

/** Resolves when the stream is over; never rejects. */
function oneStream(
  kind: EndedStream["kind"],
  url: string,
  source: string | undefined,
  signal: AbortSignal,
): Promise<EndedStream | "refused" | "ours"> {
  return new Promise((resolve) => {
    const call = open(kind, url, source);
    let upgraded: Duplex | undefined;
    const ours = () => {
      resolve("ours");
      upgraded?.destroy();
      call.destroy();
    };
    signal.addEventListener("abort", ours, { once: true });
    let instance = "";
    const end = (how: EndedStream["how"]) => {
      signal.removeEventListener("abort", ours);
      resolve(instance === "" ? "refused" : { kind, instance, ended: Date.now(), how });
    };
    call.on("error", () => end("cut"));
    call.on("upgrade", (_response, socket: Duplex, head: Buffer) => {
      upgraded = socket;
      const frames = new Frames();
      const take = (bytes: Buffer) => {
        for (const { opcode, text } of frames.add(bytes)) {
          if (opcode === 0x1) instance = text;
          if (opcode !== 0x8) continue;
          end("told");
          socket.destroy();
        }
      };
      take(head);
      socket.on("data", take);
      socket.on("error", () => end("cut"));
      socket.on("close", () => end("cut"));
    });
    call.on("response", (response) => {
      response.setEncoding("utf8");
      response.on("data", (text: string) => (instance ||= /^data: (\S+)$/m.exec(text)?.[1] ?? ""));
      response.on("end", () => end("told"));
      response.on("error", () => end("cut"));
    });
    call.end();
  });
}

function open(kind: EndedStream["kind"], url: string, source: string | undefined): ClientRequest {
  const { hostname, port, protocol } = new URL(url);
  const [send, Kind] = protocol === "https:" ? [requestOverTls, TlsAgent] : [request, Agent];
  return send({
    // No two streams share a connection, and none is kept for later.
    agent: new Kind({ keepAlive: false }),
    host: hostname.replace(/^\[|\]$/g, ""),
    port,
    path: kind === "websocket" ? "/socket" : "/events",
    ...(source === undefined ? {} : { localAddress: source }),
    headers:
      kind === "websocket"
        ? {
            connection: "Upgrade",
            upgrade: "websocket",
            "sec-websocket-version": "13",
            "sec-websocket-key": randomBytes(16).toString("base64"),
          }
        : { accept: "text/event-stream" },
  });
}

/** Takes a server's websocket frames apart (RFC 6455, section 5.2): unmasked, and shorter than 126 bytes here. */
export class Frames {
  private rest = Buffer.alloc(0);

  add(bytes: Buffer): { readonly opcode: number; readonly text: string }[] {
    this.rest = Buffer.concat([this.rest, bytes]);
    const found: { opcode: number; text: string }[] = [];
    for (;;) {
      const [first, length] = this.rest;
      if (first === undefined || length === undefined || this.rest.length < 2 + length) return found;
      found.push({ opcode: first & 0x0f, text: this.rest.subarray(2, 2 + length).toString("utf8") });
      this.rest = this.rest.subarray(2 + length);
    }
  }
}

if (require.main === module) runAsProgram<StreamOptions>(streams);
