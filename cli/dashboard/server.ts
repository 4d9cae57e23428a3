import { timingSafeEqual } from "node:crypto";
import { createServer, request as ask, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { messageOf } from "../../lib/errors";
import { dashboardPage } from "./page";
import type { Picture } from "./picture";

export interface DashboardOptions {
  /** What the address has to bring, so that nobody else on this computer looks. */
  readonly token: string;
  /** Port of this computer that leads to Prometheus. */
  readonly prometheus: number;
  readonly takePicture: (range: number) => Promise<Picture>;
}

/** Seconds of history: from a quarter of an hour to as long as a monitor may keep it. */
const ranges = { least: 900, most: 730 * 86_400 };

/**
 * Serves the page to one browser on this computer. It only reads: everything but GET and HEAD is refused, and what is not
 * the page's own goes to Prometheus, whose pages are behind it.
 */
export function dashboardServer(options: DashboardOptions): Server {
  const server = createServer((request, response) => {
    answer(request, response, portOf(server), options).catch((error: unknown) =>
      end(response, 502, `The monitor does not answer: ${messageOf(error)}.`),
    );
  });
  return server;
}

export function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  port: number,
  { token, prometheus, takePicture }: DashboardOptions,
): Promise<void> {
  const { headers, method = "", url = "/" } = request;
  // A name of somebody else's that leads here would let his pages read ours.
  if (headers.host !== `127.0.0.1:${port}`) return end(response, 421, "This is http://127.0.0.1 and nothing else.");
  if (method !== "GET" && method !== "HEAD") return end(response, 405, "This only reads.", { allow: "GET, HEAD" });
  if (!URL.canParse(url, "http://127.0.0.1")) return end(response, 400, "This is no address.");
  const { pathname, searchParams } = new URL(url, "http://127.0.0.1");
  const cookie = `holdfast-${port}`;
  if (pathname === "/" && isSame(searchParams.get("token") ?? "", token)) {
    const set = `${cookie}=${token}; HttpOnly; SameSite=Strict; Path=/`;
    return end(response, 303, "", { location: "/", "set-cookie": set });
  }
  const shown = (headers.cookie ?? "").split("; ").find((one) => one.startsWith(`${cookie}=`));
  if (!isSame(shown?.slice(cookie.length + 1) ?? "", token)) {
    return end(response, 403, "Use the address that `holdfast dashboard` wrote.");
  }
  if (pathname === "/") return end(response, 200, dashboardPage(), { "content-type": "text/html; charset=utf-8" });
  if (pathname !== "/picture") return pass(url, method, prometheus, response);
  const range = Number(searchParams.get("range"));
  if (!(range >= ranges.least && range <= ranges.most)) return end(response, 400, "This is no length of time.");
  end(response, 200, JSON.stringify(await takePicture(range)), { "content-type": "application/json" });
}

/** To Prometheus: without what the browser says of itself, and back without what would be kept. */
function pass(path: string, method: string, port: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = ask({ host: "127.0.0.1", port, path, method, timeout: 60_000 }, (answered) => {
      const { "content-type": type, location } = answered.headers;
      response.writeHead(answered.statusCode ?? 502, {
        ...common,
        ...(type !== undefined && { "content-type": type }),
        ...(location !== undefined && { location }),
      });
      answered.pipe(response);
      answered.on("end", resolve).on("error", reject);
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer within 60 s")));
    asked.on("error", reject);
    asked.end();
  });
}

const common = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
};

function end(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", ...common, ...headers });
  response.end(text);
}

/** Takes as long whatever differs. */
function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
