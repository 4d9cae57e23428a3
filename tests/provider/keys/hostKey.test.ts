import type { AddressInfo } from "node:net";
import { Server } from "ssh2";
import { makePair } from "../../../provider/keys/makePair";
import { hostKeyHandler as handler } from "../../../provider/keys/hostKeyHandler";
import { UNKNOWN, type Call } from "../../../provider/grpc/types";

const told: string[] = [];
const call = (signal = new AbortController().signal) =>
  ({ signal, log: (message: string) => told.push(message) }) as unknown as Call;

const pair = makePair();
let logins = 0;
let server: Server;
let port: number;

beforeAll(async () => {
  server = new Server({ hostKeys: [pair.private] }, (client) => {
    client.on("error", () => undefined);
    client.on("authentication", (attempt) => {
      logins += 1;
      attempt.reject();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const create = (inputs: object, preview = false, signal?: AbortSignal) =>
  handler.create({ inputs: { ...inputs }, preview, timeout: 0 }, call(signal));

test("a server's key is remembered as it was shown, and nobody logs in", async () => {
  const { id, outputs } = await create({ host: "127.0.0.1", port });
  expect(id).toBe(`127.0.0.1:${String(port)}`);
  expect(outputs.publicKey).toBe(pair.public.split(" ").slice(0, 2).join(" "));
  expect(logins).toBe(0);
});

test("a preview asks nobody", async () => {
  expect((await create({ host: UNKNOWN, port: 23 }, true)).outputs.publicKey).toBe(UNKNOWN);
});

test("a server that is not there yet is waited for, and that is said, until the run is interrupted", async () => {
  const interrupted = new AbortController();
  const waiting = create({ host: "127.0.0.1", port: 2 }, false, interrupted.signal);
  while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  interrupted.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
  expect(told[0]).toMatch(/^waiting for the host key: 127\.0\.0\.1 port 2 refuses connections/);
});

test("another server is another resource, and the same one is not asked again", () => {
  const oldInputs = { host: "u1.your-storagebox.de", port: 23 };
  const diff = (news: object) =>
    handler.diff?.({ id: "", olds: {}, oldInputs, news: { ...news }, ignoreChanges: [] }, call());
  expect(diff({ ...oldInputs, host: "u2.your-storagebox.de" })).toMatchObject({ changes: true, replaces: ["host"] });
  expect(diff(oldInputs)).toMatchObject({ changes: false });
});

test("what is no server is refused", async () => {
  const failures = async (news: object) =>
    (await handler.check?.({ news: { ...news }, randomSeed: new Uint8Array() }, call()))?.failures ?? [];
  expect(await failures({ host: "", port: 0 })).toHaveLength(2);
  expect(await failures({ host: UNKNOWN, port: 23 })).toEqual([]);
});
