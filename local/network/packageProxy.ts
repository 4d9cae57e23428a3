import { createHash, randomUUID } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, statSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { callerOf } from "./relayServer";

/** Where the proxy keeps packages, and whom it asks for them. */
export interface PackageProxyOptions {
  /** Where packages are kept; they never change under their name. */
  readonly cache: string;
  /** Hosts that machines may fetch packages from. */
  readonly hosts: readonly string[];
  /** The proxy that this computer itself has to use, e.g. `http://proxy:3128`. */
  readonly upstream?: string;
  readonly log: (line: string) => void;
}

/** Headers that concern one connection, not what is carried over it. */
const HOP_BY_HOP = ["connection", "keep-alive", "proxy-connection", "proxy-authorization", "te", "upgrade"];

/**
 * The only way out of a local cloud: an HTTP proxy that fetches Debian packages from the hosts that apt's own sources
 * name, and keeps them. Everything else is refused.
 */
export function packageProxy(options: PackageProxyOptions): Server {
  mkdirSync(options.cache, { recursive: true });
  const server = createServer((request, response) => {
    serve(options, request, response).catch((error: unknown) => {
      options.log(`packages: ${request.url ?? ""}: ${(error as Error).message}`);
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end(`the local cloud cannot fetch this: ${(error as Error).message}\n`);
    });
  });
  server.on("connect", (request: IncomingMessage, socket: Socket) => {
    tunnel(options, request, socket);
  });
  return server;
}

async function serve(options: PackageProxyOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = URL.canParse(request.url ?? "") ? new URL(request.url ?? "") : undefined;
  if (url?.protocol !== "http:" || !options.hosts.includes(url.host)) {
    refuse(options, request, response, url?.host ?? request.url ?? "");
    return;
  }
  if (!["GET", "HEAD"].includes(request.method ?? "")) {
    response.writeHead(405, { allow: "GET, HEAD" }).end();
    return;
  }
  const isPackage = /\.deb$|\/by-hash\//.test(url.pathname);
  const cached = join(options.cache, createHash("sha256").update(url.href).digest("hex"));
  if (isPackage && existsSync(cached)) {
    response.writeHead(200, { "content-length": statSync(cached).size, "content-type": "application/octet-stream" });
    if (request.method === "HEAD") response.end();
    else await pipeline(createReadStream(cached), response);
    return;
  }
  const answer = await fetchFrom(options, url, request);
  const keep = isPackage && answer.statusCode === 200 && request.method === "GET";
  response.writeHead(answer.statusCode ?? 502, withoutHopByHop(answer.headers));
  if (keep) await keepWhileSending(answer, response, cached);
  else await pipeline(answer, response);
}

/** Sends a package and stores it under its name, but only when all of it arrived, and before its receiver knows that. */
async function keepWhileSending(answer: IncomingMessage, response: ServerResponse, cached: string): Promise<void> {
  const unfinished = `${cached}.${randomUUID()}`;
  const file = await open(unfinished, "wx");
  async function* keep(pieces: AsyncIterable<Buffer>) {
    let size = 0;
    let last: Buffer | undefined; // the receiver knows by the length when it has everything, so this one waits
    for await (const piece of pieces) {
      if (last !== undefined) yield last;
      await file.write(piece);
      size += piece.length;
      last = piece;
    }
    const expected = answer.headers["content-length"];
    if (expected === undefined || size === Number(expected)) await rename(unfinished, cached);
    if (last !== undefined) yield last;
  }
  try {
    await pipeline(answer, keep, response);
  } finally {
    await file.close();
    await rm(unfinished, { force: true });
  }
}

function fetchFrom(options: PackageProxyOptions, url: URL, request: IncomingMessage): Promise<IncomingMessage> {
  const target = options.upstream === undefined ? url : new URL(options.upstream);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        host: target.hostname,
        port: target.port === "" ? 80 : Number(target.port),
        path: options.upstream === undefined ? `${url.pathname}${url.search}` : url.href,
        method: request.method,
        headers: { ...withoutHopByHop(request.headers), host: url.host },
        timeout: 30_000,
      },
      resolve,
    );
    outgoing.on("timeout", () => outgoing.destroy(new Error(`${target.host} did not answer within 30 s`)));
    outgoing.on("error", reject);
    outgoing.end();
  });
}

/** Sources that are fetched over HTTPS pass as they are, to the same hosts. */
function tunnel(options: PackageProxyOptions, request: IncomingMessage, socket: Socket): void {
  const [host = "", port] = (request.url ?? "").split(":");
  if (!options.hosts.includes(host) || port !== "443" || options.upstream !== undefined) {
    options.log(`packages: refused a tunnel to ${request.url ?? ""} for ${callerOf(request).source}`);
    socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n");
    return;
  }
  const out = connect({ host, port: 443 }, () => {
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    socket.pipe(out).pipe(socket);
  });
  out.on("error", () => socket.destroy());
  socket.on("error", () => out.destroy());
}

function refuse(options: PackageProxyOptions, request: IncomingMessage, response: ServerResponse, host: string): void {
  options.log(`packages: refused ${host} for ${callerOf(request).source}`);
  response
    .writeHead(403, { "content-type": "text/plain" })
    .end(`Machines cannot reach ${host}: they can fetch only Debian packages, from ${options.hosts.join(", ")}.\n`);
}

function withoutHopByHop(headers: IncomingMessage["headers"]): IncomingMessage["headers"] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}
