import { isRoot } from "../../../local/paths";
import { headBytes, mostHeaders } from "../../../roles/loadBalancer/heads";
import { settingsWith } from "../../blueprint/source";
import { testWhere } from "../../support/needs";
import { has } from "../debian";
import { throughHaproxy } from "./throughHaproxy";

const real = testWhere(has("haproxy") && has("python3") && isRoot);

const front = "127.0.0.9";
const settings = settingsWith({
  "holdfast:app": {
    release: "./examples/guestbook",
    machines: 1,
    instances: 1,
    slowPaths: ["/poll"],
    timeouts: { safe: 0.5, unsafe: 5 },
  },
  "holdfast:loadBalancer": {
    limits: {
      ...{ connections: 500, requestsPerInstance: 2, streamsPerInstance: 5, queueTimeout: 1, bodySize: 1 },
      ...{ headerTimeout: 1, exempt: [`${front}/32`] },
    },
  },
});

real(
  "websockets and events leave pages alone, large heads pass, and the log says why something did not",
  () => {
    expect(mostHeaders).toBeLessThan(300);
    // A status line and the other headers of an answer take some 200 bytes.
    const heads = [headBytes - 500, headBytes + 500];
    const said = throughHaproxy("world.py", settings, JSON.stringify({ sockets: 3, events: 2, heads, front }));
    const { whys, events, pieces, silent, page, oneMore, ...rest } = said as Record<string, unknown> & {
      readonly whys: Record<string, string>;
      readonly events: readonly number[];
      readonly pieces: readonly number[];
      readonly silent: readonly number[];
      readonly page: readonly [status: number, seconds: number];
      readonly oneMore: readonly [status: number, seconds: number];
    };
    expect(rest).toEqual({
      sockets: [101, 101, 101],
      eventStreams: [200, 200],
      big: [200, 502],
      cookie: [200, 400],
      many: [200, 502],
      poll: [504, 200],
      continued: [100, 200],
      methods: [200, 200],
      // Bytes beyond ASCII, which browsers encode, are not HTTP.
      odd: [200, 400, 200, 200, 200],
      visitor: { "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http" },
      front: { "x-forwarded-for": "192.0.2.77", "x-forwarded-proto": "https" },
      monitor: { "x-forwarded-for": front, "x-forwarded-proto": "http" },
      h2c: { "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http" },
      refused: [400, 408, 413, 501, 502],
      alive: true,
    });
    // With requestsPerInstance: 2 and streamsPerInstance: 5. What finds no place waits for a second.
    expect([page[0], oneMore[0]]).toEqual([200, 503]);
    expect(page[1]).toBeLessThan(0.9);
    expect(oneMore[1]).toBeGreaterThan(0.8);
    // Nothing is kept back until the end. Events may pause for longer than an answer may take, other pages not.
    expect(events[0]).toBeLessThan(1);
    expect(events[1]).toBeGreaterThan(1.4);
    expect(pieces[0]).toBeLessThan(0.3);
    expect(pieces[1]).toBeGreaterThan(0.2);
    expect(silent[1]).toBe(-1);
    expect(whys).toMatchObject({
      "<BADREQ> - 400": expect.stringContaining(`larger than ${headBytes} bytes`) as string,
      "<BADREQ> - 408": expect.stringContaining("did not come in time") as string,
      "GET /more 503": expect.stringContaining("streamsPerInstance") as string,
      "GET /big 502": expect.stringContaining(`larger than ${headBytes} bytes`) as string,
      "GET /slow 504": expect.stringContaining("app.timeouts") as string,
      "POST /large 413": expect.stringContaining("limits.bodySize") as string,
      "TRACE /trace 501": expect.stringContaining("method") as string,
      "POST /nothing 502": expect.stringContaining("closed the connection") as string,
      "GET /page 200": "-",
    });
  },
  120_000,
);
