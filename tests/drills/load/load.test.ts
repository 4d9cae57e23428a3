import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { load } from "../../../drills/load/load";
import { longestGap, Outcomes, quantile } from "../../../drills/load/outcomes";

let server: Server | undefined;

async function serve(listener: RequestListener): Promise<string> {
  const started = createServer(listener);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/`;
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

test("a server that answers: all ok, at the rate asked for, on fresh connections", async () => {
  let connections = 0;
  const url = await serve((_, response) => response.end("fine"));
  server?.on("connection", () => connections++);
  const result = await load({ url, rate: 100, duration: 0.5 });
  expect(result).toMatchObject({ sent: 50, ok: 50, failed: 0, failures: {}, interrupted: false });
  expect(connections).toBe(50);
  expect(result.timeline).toEqual([[0, 50, 0, expect.any(Number)]]);
});

test("keep-alive connections are used again", async () => {
  let connections = 0;
  const url = await serve((_, response) => response.end("fine"));
  server?.on("connection", () => connections++);
  const result = await load({ url, rate: 50, duration: 0.4, connections: "keep-alive" });
  expect(result.ok).toBe(20);
  expect(connections).toBeLessThan(20);
});

test("mixed: half of the requests open their own connection, the others do not", async () => {
  let connections = 0;
  const url = await serve((_, response) => response.end("fine"));
  server?.on("connection", () => connections++);
  const result = await load({ url, rate: 100, duration: 0.4, connections: "mixed" });
  expect(result).toMatchObject({ ok: 40, connections: "mixed" });
  expect(connections).toBeGreaterThanOrEqual(20);
  expect(connections).toBeLessThan(40);
});

test("the share of POSTs is exact, and their bodies arrive", async () => {
  const bodies: string[] = [];
  const url = await serve((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      if (request.method === "POST") bodies.push(body);
      response.end();
    });
  });
  const result = await load({ url, rate: 100, duration: 0.4, posts: 0.25, body: '{"a":1}' });
  expect(result.ok).toBe(40);
  expect(bodies).toEqual(Array.from({ length: 10 }, () => '{"a":1}'));
});

test("failures are counted by their kind", async () => {
  let number = 0;
  const url = await serve((request, response) => {
    const turn = number++ % 4;
    if (turn === 0) response.end("fine");
    else if (turn === 1) response.writeHead(503).end();
    else if (turn === 2) request.socket.resetAndDestroy();
    else response.writeHead(200, { "content-length": 100 }).write("too little", () => request.socket.destroy());
  });
  const result = await load({ url, rate: 100, duration: 0.4 });
  expect(result).toMatchObject({ sent: 40, ok: 10, failed: 30 });
  expect(result.failures["503"]).toBe(10);
  expect(result.failures.econnreset).toBeGreaterThanOrEqual(10);
});

test("a refused connection is a failure with a name", async () => {
  const url = await serve((_, response) => response.end());
  await new Promise((resolve) => server?.close(resolve));
  const result = await load({ url, rate: 50, duration: 0.2 });
  expect(result.failures).toEqual({ econnrefused: 10 });
  expect(result.longestGap).toBeCloseTo(0.2);
});

test("a stall makes no request wait for it, and none of its victims is forgotten", async () => {
  const begun = performance.now();
  // Nothing is answered between 0.2 s and 0.6 s; a closed loop would have sent one request in that time.
  const url = await serve((_, response) => {
    const elapsed = performance.now() - begun;
    setTimeout(() => response.end(), elapsed > 200 && elapsed < 600 ? 600 - elapsed : 0);
  });
  const result = await load({ url, rate: 200, duration: 1, slow: 0.2 });
  expect(result).toMatchObject({ sent: 200, failed: 0 });
  expect(result.longestGap).toBeGreaterThan(0.3);
  expect(result.slow).toBeGreaterThanOrEqual(30);
  expect(result.latency.max).toBeGreaterThan(0.3);
});

test("a server that never answers costs the time limit, not more", async () => {
  const url = await serve(() => undefined);
  const result = await load({ url, rate: 20, duration: 0.5, timeout: 0.3 });
  expect(result.failures).toEqual({ timeout: 10 });
  expect(result.longestGap).toBeCloseTo(0.5);
});

test("an interrupted load tells what there was", async () => {
  const url = await serve((_, response) => response.end());
  const stop = new AbortController();
  setTimeout(() => {
    stop.abort();
  }, 200);
  const result = await load({ url, rate: 100, duration: 60, signal: stop.signal });
  expect(result.interrupted).toBe(true);
  expect(result.sent).toBeGreaterThan(5);
  expect(result.sent).toBeLessThan(200);
  expect(result.longestGap).toBeLessThan(0.5);
});

test("failures in the longest gap are told from those that no gap explains", () => {
  const outcomes = new Outcomes({ url: "http://127.0.0.1", rate: 10, duration: 10 });
  for (let number = 0; number < 100; number++) {
    const silent = number > 40 && number < 50;
    outcomes.add({ at: number / 10, latency: 0.01, kind: silent ? "econnrefused" : "ok" });
  }
  // Under way when the gap began, and long before it.
  outcomes.add({ at: 3.8, latency: 0.4, kind: "econnreset" });
  outcomes.add({ at: 1, latency: 0.4, kind: "503" });
  const { failed, failedOutsideGap } = outcomes.result({ late: 0, interrupted: false });
  expect({ failed, failedOutsideGap }).toEqual({ failed: 11, failedOutsideGap: 1 });
});

const moments = fc.array(fc.double({ min: 0, max: 10, noNaN: true }));

test("a load of half an hour that is stopped is counted as well", () => {
  const outcomes = new Outcomes({ url: "http://192.0.2.1/", rate: 300, duration: 3_600 });
  const sent = 300 * 1_800;
  for (let number = 0; number < sent; number++) outcomes.add({ at: number / 300, latency: 0.01, kind: "ok" });
  expect(outcomes.result({ late: 0, interrupted: true })).toMatchObject({ sent, ok: sent, failed: 0 });
});

test("the longest gap lies within the time, and no moment lies within the gap", () => {
  fc.assert(
    fc.property(moments, (times) => {
      const { length, at } = longestGap(times, 10);
      expect(length).toBeGreaterThanOrEqual(10 / (times.length + 1) - 1e-9);
      expect(at + length).toBeLessThanOrEqual(10 + 1e-9);
      expect(times.some((time) => time > at + 1e-9 && time < at + length - 1e-9)).toBe(false);
    }),
  );
});

test("a quantile is one of the values, and enough of them are not above it", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1 }), fc.double({ min: 0.01, max: 1, noNaN: true }), (list, share) => {
      const sorted = list.sort((a, b) => a - b);
      const value = quantile(sorted, share);
      expect(sorted).toContain(value);
      expect(sorted.filter((other) => other <= value).length / sorted.length).toBeGreaterThanOrEqual(share - 1e-9);
    }),
  );
});
