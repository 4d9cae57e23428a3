import { createServer, request, type IncomingMessage, type Server } from "node:http";
import { dashboardServer, portOf } from "../../../cli/dashboard/server";
import { takePicture } from "../../../cli/dashboard/picture";
import { knows } from "./monitor";

const token = "0123456789abcdef";
let dashboard: Server;
let prometheus: Server;
const reached: string[] = [];

const listening = (server: Server) => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

beforeAll(async () => {
  prometheus = createServer((asked, answer) => {
    reached.push(`${asked.method} ${asked.url} ${asked.headers.cookie ?? "no cookie"}`);
    answer.writeHead(200, { "content-type": "text/html", "set-cookie": "theirs=1" }).end("its own page");
  });
  await listening(prometheus);
  dashboard = dashboardServer({
    token,
    prometheus: portOf(prometheus),
    takePicture: (range) => takePicture(knows([]), "prod", range, 1_800_000_000),
  });
  await listening(dashboard);
});

afterAll(() => {
  for (const server of [dashboard, prometheus]) {
    server.close();
    server.closeAllConnections();
  }
});

interface Said {
  readonly status?: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

function ask(path: string, headers: Readonly<Record<string, string>> = {}, method = "GET"): Promise<Said> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port: portOf(dashboard), path, method, headers }, (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    asked.on("error", reject).end();
  });
}

const known = () => ({ cookie: `holdfast-${portOf(dashboard)}=${token}` });

test("the address with the token leads to the page, and nothing else does", async () => {
  const first = await ask(`/?token=${token}`);
  expect(first).toMatchObject({ status: 303, headers: { location: "/" } });
  const [cookie = ""] = first.headers["set-cookie"] ?? [];
  expect(cookie).toMatch(/HttpOnly; SameSite=Strict/);
  const page = await ask("/", { cookie: cookie.split(";")[0] ?? "" });
  expect(page.text).toContain('<h1 id="answer"');
  for (const path of [
    "/",
    "/?token=",
    `/?token=${token}x`,
    "/picture?range=3600",
    "/api/v1/query?query=up",
    `/graph?token=${token}`,
  ]) {
    expect({ path, status: (await ask(path)).status }).toEqual({ path, status: 403 });
  }
  expect((await ask("/", { cookie: `holdfast-${portOf(dashboard)}=wrong` })).status).toBe(403);
});

test("another name that leads to this computer is refused", async () => {
  const { status } = await ask(`/?token=${token}`, { host: `rebound.example:${portOf(dashboard)}` });
  expect(status).toBe(421);
});

test.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])("%s is refused", async (method) => {
  const before = reached.length;
  expect((await ask("/api/v1/admin/tsdb/delete_series", known(), method)).status).toBe(405);
  expect(reached).toHaveLength(before);
});

test("what is not the page's own goes to Prometheus, without the token", async () => {
  const { status, text, headers } = await ask("/api/v1/query?query=up", known());
  expect({ status, text, kept: headers["set-cookie"] }).toEqual({ status: 200, text: "its own page", kept: undefined });
  expect(reached.at(-1)).toBe("GET /api/v1/query?query=up no cookie");
});

test("a picture is of the length of time that was asked for, within reason", async () => {
  const { text } = await ask("/picture?range=3600", known());
  expect(JSON.parse(text)).toMatchObject({ stack: "prod", range: 3600, served: { answer: "not known" } });
  for (const range of ["", "1", "nonsense", "1e99"]) {
    expect({ range, status: (await ask(`/picture?range=${range}`, known())).status }).toEqual({ range, status: 400 });
  }
});
