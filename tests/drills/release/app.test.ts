import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { buildRelease, type Habits } from "../../../drills/release/releases";
import { Frames, streams } from "../../../drills/load/streams";
import { waitUntil } from "../../../local/machines/processes";

// The app that release drills run, as a process, with the visitors that they send.

const running: ChildProcess[] = [];
afterEach(() => {
  for (const process of running.splice(0)) process.kill("SIGKILL");
});

// Starting a process takes a moment on a computer that has other things to do.
jest.setTimeout(60_000);

let built = 0;

async function start(habits: Partial<Habits>): Promise<{ url: string; app: ChildProcess; ended: Promise<number> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const env = { ...process.env, PORT: String(port), MACHINE: "app-1", INSTANCE: "2", RELEASE: "1.0.0" };
  const cwd = buildRelease(`0.0.${built++}`, { start: 0, ...habits });
  const app = spawn("python3", ["app.py"], { cwd, env, stdio: "ignore" });
  running.push(app);
  const ended = new Promise<number>((resolve) => app.on("exit", (code) => resolve(code ?? -1)));
  const url = `http://127.0.0.1:${port}`;
  let answers = false;
  const ask = setInterval(
    () =>
      void fetch(`${url}/`).then(
        () => (answers = true),
        () => undefined,
      ),
    100,
  );
  expect(await waitUntil(() => answers, 40)).toBe(true);
  clearInterval(ask);
  return { url, app, ended };
}

test("it says who it is, and is healthy as its release wants", async () => {
  const { url } = await start({ health: 500 });
  expect(await (await fetch(`${url}/`)).json()).toEqual({ instance: "app-1-2", release: "1.0.0" });
  expect((await fetch(`${url}/`, { method: "POST", body: "{}" })).status).toBe(201);
  expect((await fetch(`${url}/health`)).status).toBe(500);
});

test("it crashes when its release wants that", async () => {
  const { ended } = await start({ crash: 0.5 });
  expect(await ended).toBe(1);
});

test.each([
  ["tells those with open streams when it ends", "tell", "told"],
  ["or cuts them off", "at once", "cut"],
] as const)("it %s", async (_, exit, how) => {
  const { url, app } = await start({ exit });
  const stop = new AbortController();
  const open = streams({ url, websockets: 2, events: 2 }, stop.signal);
  // Everybody has heard who serves them.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  app.kill("SIGTERM");
  await new Promise((resolve) => setTimeout(resolve, 2000));
  stop.abort();
  const { ended, refused } = await open;
  expect(ended.map(({ kind, instance, how: end }) => `${kind} ${instance} ${end}`).sort()).toEqual(
    ["events", "events", "websocket", "websocket"].map((kind) => `${kind} app-1-2 ${how}`),
  );
  expect(refused).toBeGreaterThan(0);
});

test("frames are read whole, however they are cut on their way", () => {
  const bytes = Buffer.concat([Buffer.from([0x81, 5]), Buffer.from("app-1"), Buffer.from([0x89, 0, 0x88, 2, 3, 0xe9])]);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const frames = new Frames();
    const found = [...frames.add(bytes.subarray(0, cut)), ...frames.add(bytes.subarray(cut))];
    expect(found.map(({ opcode }) => opcode)).toEqual([1, 9, 8]);
    expect(found[0]?.text).toBe("app-1");
  }
});
