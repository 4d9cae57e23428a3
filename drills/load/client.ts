import { Agent, request as requestOverHttp } from "node:http";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { Agent as TlsAgent, request as requestOverTls } from "node:https";
import { isIP } from "node:net";
import { connect as connectTls, createSecureContext, type SecureContext } from "node:tls";
import { answerTo, answerToStream, REFUSED } from "./answer";

/** What a visitor's browser speaks. Over plain http there is HTTP/1.1 alone. */
export type Protocol = "http/1.1" | "h2";

/** One request of a visitor. */
export interface Asked {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Local address to come from. @default the system's choice */
  readonly source?: string | undefined;
  /** Whether it opens a connection of its own, and closes it. */
  readonly fresh: boolean;
  readonly protocol: Protocol;
}

/** How often a request that no server began is sent again, as browsers do (RFC 9113, section 8.7). */
const REPEATS = 3;

/**
 * Connections that visitors from one address keep open over https and HTTP/1.1, as a browser does. Without a limit, answers
 * that are late open new ones, and handshakes make all others later.
 */
const CONNECTIONS = 6;

/** Visitors of one site. Certificates are verified, by `NODE_EXTRA_CA_CERTS` against the local cloud's authority as well. */
export class Client {
  /** Requests over HTTP/2 that a server refused to begin, and that were sent again on another connection. */
  repeated = 0;
  private readonly origin: URL;
  private readonly agents: { readonly kept: Agent; readonly fresh: Agent };
  private readonly context: SecureContext | undefined;
  private readonly sessions = new Map<string, ClientHttp2Session>();

  /** @param timeout seconds after which a request without a whole answer has failed */
  constructor(
    url: string,
    private readonly timeout: number,
  ) {
    this.origin = new URL(url);
    this.context = this.isSecure ? createSecureContext() : undefined;
    const Kind = this.isSecure ? TlsAgent : Agent;
    const trusting = this.context && { secureContext: this.context };
    this.agents = {
      kept: new Kind({
        keepAlive: true,
        maxSockets: this.isSecure ? CONNECTIONS : Infinity,
        scheduling: "fifo",
        ...trusting,
      }),
      fresh: new Kind({ keepAlive: false, maxSockets: Infinity, ...trusting }),
    };
  }

  get isSecure(): boolean {
    return this.origin.protocol === "https:";
  }

  /** Resolves to the answer's status or to how it failed; never rejects. */
  ask(asked: Asked): Promise<string> {
    return this.isSecure && asked.protocol === "h2" ? this.askHttp2(asked) : this.askHttp1(asked);
  }

  close(): void {
    this.agents.kept.destroy();
    this.agents.fresh.destroy();
    for (const session of this.sessions.values()) session.destroy();
  }

  private get host(): string {
    return this.origin.hostname.replace(/^\[|\]$/g, "");
  }

  private askHttp1({ method, path, headers = {}, body, source, fresh }: Asked): Promise<string> {
    const send = this.isSecure ? requestOverTls : requestOverHttp;
    const call = send({
      host: this.host,
      port: this.origin.port,
      path,
      agent: fresh ? this.agents.fresh : this.agents.kept,
      ...(source === undefined ? {} : { localAddress: source }),
      method,
      headers: { ...headers, ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }) },
    });
    return answerTo(call, body, this.timeout);
  }

  private async askHttp2(asked: Asked): Promise<string> {
    const end = performance.now() + this.timeout * 1000;
    for (let again = 0; ; again++) {
      const kind = await this.askOnce(asked, (end - performance.now()) / 1000);
      if (kind !== REFUSED || again === REPEATS || performance.now() >= end) return kind;
      this.repeated++;
    }
  }

  private async askOnce({ method, path, headers = {}, body, source, fresh }: Asked, seconds: number): Promise<string> {
    const session = fresh ? this.connect(source) : this.sessionFrom(source);
    try {
      const stream = session.request(
        { ":method": method, ":path": path, ...headers },
        { endStream: body === undefined },
      );
      return await answerToStream(stream, body, seconds);
    } catch (error) {
      // What `request` itself throws: the server has said that it takes no more on this connection.
      return (error as NodeJS.ErrnoException).code === "ERR_HTTP2_GOAWAY_SESSION" ? REFUSED : String(error);
    } finally {
      if (fresh) session.destroy();
    }
  }

  /** The connection that all requests from one address share, as browsers do. */
  private sessionFrom(source = ""): ClientHttp2Session {
    const kept = this.sessions.get(source);
    if (kept && !kept.closed && !kept.destroyed) return kept;
    const session = this.connect(source || undefined);
    this.sessions.set(source, session);
    const forget = () => {
      if (this.sessions.get(source) === session) this.sessions.delete(source);
    };
    session.on("goaway", forget);
    session.on("close", forget);
    return session;
  }

  private connect(source: string | undefined): ClientHttp2Session {
    const { host } = this;
    const session = connectHttp2(this.origin, {
      createConnection: () =>
        connectTls({
          host,
          port: Number(this.origin.port || 443),
          ALPNProtocols: ["h2"],
          ...(this.context && { secureContext: this.context }),
          // A name alone can be sent (RFC 6066, section 3).
          ...(isIP(host) === 0 && { servername: host }),
          ...(source !== undefined && { localAddress: source }),
        }),
    });
    // Each request on it fails by itself and says so.
    session.on("error", () => undefined);
    session.setMaxListeners(0);
    return session;
  }
}
