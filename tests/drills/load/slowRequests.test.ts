import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { slowRequests } from "../../../drills/load/slowRequests";

/** A server that does with its connections as it is told. */
async function serve(take: (socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    take(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}
const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
const flood = { sources: ["127.0.0.2", "127.0.0.3"], rate: 10, duration: 3, ramp: 1.5 };

test("connections that a server keeps are open from then on, each with a head that grows and never ends", async () => {
  const heads: string[] = [];
  const from = new Set<string | undefined>();
  const server = await serve((socket) => {
    const index = heads.push("") - 1;
    from.add(socket.remoteAddress);
    socket.setEncoding("utf8").on("data", (text: string) => (heads[index] += text));
  });
  const { opened, refused, held, fewest } = await slowRequests({ ...flood, url: urlOf(server) });
  server.close();
  expect(refused).toBe(0);
  expect(from).toEqual(new Set(flood.sources));
  expect(fewest).toBeGreaterThan(0);
  expect(held).toBeGreaterThan(fewest);
  expect(held).toBeLessThan(opened);
  expect(heads[0]).toMatch(/^GET \/ HTTP\/1\.1\r\nHost: 127\.0\.0\.1\r\nX-Slow: a+$/);
});

test("connections that a server closes at once are refused ones, and none is open", async () => {
  const server = await serve((socket) => socket.end("HTTP/1.1 408 Request Time-out\r\n\r\n"));
  const { refused, ...result } = await slowRequests({ ...flood, url: urlOf(server) });
  server.close();
  expect(result).toEqual({ opened: 0, held: 0, fewest: 0 });
  expect(refused).toBeGreaterThan(0);
});

test("ends when it is asked to", async () => {
  const server = await serve(() => undefined);
  const stop = AbortSignal.timeout(200);
  const { held } = await slowRequests({ ...flood, duration: 600, url: urlOf(server) }, stop);
  server.close();
  expect(held).toBe(0);
});

test("bodies are announced and streamed, and never end", async () => {
  const requests: string[] = [];
  const server = await serve((socket) => {
    const index = requests.push("") - 1;
    socket.setEncoding("utf8").on("data", (text: string) => (requests[index] += text));
  });
  await slowRequests({ ...flood, part: "body", url: urlOf(server) });
  server.close();
  const [announced, streamed, begun] = requests;
  expect(announced).toMatch(/^POST \/entries HTTP\/1\.1\r\nHost: 127\.0\.0\.1\r\nContent-Length: \d+\r\n\r\na{2,5}$/);
  expect(streamed).toMatch(/Transfer-Encoding: chunked\r\n\r\n(1\r\na\r\n){2,5}$/);
  expect(begun).toMatch(/\r\n\r\na{9001,9005}$/);
});
