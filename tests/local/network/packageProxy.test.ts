import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer, request, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitUntil } from "../../../local/machines/processes";
import { listenForRelays } from "../../../local/network/relayServer";
import { packageProxy } from "../../../local/network/packageProxy";

/** The way that a machine's request takes: the relays' socket, the first line, the proxy, and a mirror on loopback. */
describe("the proxy for packages", () => {
  let folder: string;
  let mirror: Server;
  let relayServer: Awaited<ReturnType<typeof listenForRelays>>;
  let asked: string[];
  let logged: string[];
  const host = () => `127.0.0.1:${(mirror.address() as AddressInfo).port}`;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "holdfast-proxy-"));
    asked = [];
    logged = [];
    mirror = createServer((incoming, answer) => {
      asked.push(incoming.url ?? "");
      if (incoming.url?.endsWith("cut.deb")) {
        answer.writeHead(200, { "content-length": 1000 });
        answer.write("half of it", () => answer.destroy());
      } else if (incoming.url?.endsWith("missing.deb")) answer.writeHead(404).end("no such package");
      else answer.end(`content of ${incoming.url}`);
    }).listen(0, "127.0.0.1");
    await once(mirror, "listening");
    const log = (line: string) => logged.push(line);
    const proxy = packageProxy({ cache: join(folder, "cache"), hosts: [host()], log });
    relayServer = await listenForRelays(join(folder, "doors.sock"), { packages: proxy });
  });

  afterEach(async () => {
    mirror.closeAllConnections();
    for (const server of [mirror, relayServer]) await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  function get(url: string, method = "GET"): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const socket = connect(join(folder, "doors.sock"));
      socket.write(`${JSON.stringify({ door: "packages", source: "2001:db8::1" })}\n`);
      const outgoing = request(
        { createConnection: () => socket, path: url, method, headers: { host: "x" } },
        (answer) => {
          let body = "";
          answer.on("data", (chunk: Buffer) => (body += chunk.toString()));
          answer.on("end", () => {
            socket.destroy();
            resolve({ status: answer.statusCode ?? 0, body });
          });
          answer.on("error", reject);
        },
      );
      outgoing.on("error", reject);
      outgoing.end();
    });
  }

  test("fetches a package once and gives it from then on", async () => {
    const url = `http://${host()}/debian/pool/tree_1_amd64.deb`;
    const expected = { status: 200, body: "content of /debian/pool/tree_1_amd64.deb" };
    expect(await get(url)).toEqual(expected);
    mirror.closeAllConnections();
    expect(await get(url)).toEqual(expected);
    expect(asked).toHaveLength(1);
  });

  test("asks again for what changes under its name", async () => {
    for (let time = 0; time < 2; time++) await get(`http://${host()}/debian/dists/trixie/InRelease`);
    expect(asked).toHaveLength(2);
  });

  test("keeps neither errors nor packages that were cut", async () => {
    expect((await get(`http://${host()}/missing.deb`)).status).toBe(404);
    await expect(get(`http://${host()}/cut.deb`)).rejects.toThrow();
    expect(await waitUntil(() => readdirSync(join(folder, "cache")).length === 0, 5)).toBe(true);
    expect((await get(`http://${host()}/cut.deb`).catch(() => undefined))?.body).toBeUndefined();
    expect(asked.filter((path) => path === "/cut.deb")).toHaveLength(2);
  });

  test.each([["http://example.org/x.deb"], ["https://example.org/"], ["/x.deb"], ["file:///etc/passwd"]])(
    "refuses %s and says what it is for",
    async (url) => {
      const answer = await get(url);
      expect(answer.status).toBe(403);
      expect(answer.body).toContain("only Debian packages");
      expect(logged.join()).toContain("2001:db8::1");
      expect(asked).toEqual([]);
    },
  );

  test("takes nothing but reading", async () => {
    expect((await get(`http://${host()}/x.deb`, "PUT")).status).toBe(405);
  });
});
