import { writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { makePair } from "../../provider/keys/makePair";
import { ConnectionBroken } from "../../provider/ssh/session";
import { waitForMachine } from "../../provider/ssh/waiting";
import { Sshd } from "../support/sshd";
import { testFolder } from "../support/folder";

const admin = makePair();
const hostKeys = [makePair().private, makePair().private] as const;
const folder = testFolder();
const running: Sshd[] = [];
const environment = process.env.HOLDFAST_SSH_KEY_FILE;

beforeAll(() => {
  writeFileSync(join(folder, "admin"), admin.private, { mode: 0o600 });
  writeFileSync(join(folder, "other"), makePair().private, { mode: 0o600 });
  writeFileSync(join(folder, "none"), "not a key");
});
beforeEach(() => {
  process.env.HOLDFAST_SSH_KEY_FILE = join(folder, "admin");
});
afterEach(async () => {
  for (const sshd of running.splice(0)) await sshd.stop();
});
afterAll(() => {
  if (environment === undefined) delete process.env.HOLDFAST_SSH_KEY_FILE;
  else process.env.HOLDFAST_SSH_KEY_FILE = environment;
});

async function start(hostKey = hostKeys[0], port = 0): Promise<Sshd> {
  const sshd = await Sshd.start({ authorized: admin.public, hostKey, port });
  running.push(sshd);
  return sshd;
}

const told: string[] = [];
beforeEach(() => told.splice(0));

function wait(
  port: number,
  more: { pinned?: Record<string, string>; via?: number[]; limit?: number; onTold?: () => void } = {},
) {
  const via = more.via?.map((jump) => ({ host: "127.0.0.1", port: jump, user: "admin" }));
  return waitForMachine(
    {
      connection: { host: "127.0.0.1", port, user: "admin", via },
      pinned: more.pinned ?? {},
      signal: new AbortController().signal,
    },
    { limit: more.limit ?? 10, keyGrace: 0 },
    (line) => {
      told.push(line);
      more.onTold?.();
    },
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("commands run with input, output line by line, errors and exit code", async () => {
  const session = await wait((await start()).port);
  const lines: string[] = [];
  const ended = await session.run("cat; echo 'it''s'; echo wrong >&2; exit 3", {
    input: "one\ntwo\n",
    onLine: (line) => lines.push(line),
  });
  expect(ended).toEqual({ code: 3, errors: "wrong" });
  expect(lines).toEqual(["one", "two", "its"]);
  session.close();
});

test("a machine that is not up yet is waited for, and the reason is told", async () => {
  const port = await freePort();
  let comeUp: Promise<unknown> | undefined;
  const session = await wait(port, { onTold: () => void (comeUp ??= start(hostKeys[0], port)) });
  session.close();
  expect(told[0]).toMatch(/refuses connections: it is still booting.*\(0 of 10 s\)/);
});

test("when the limit is over, the last reason and the way out are told", async () => {
  await expect(wait(await freePort(), { limit: 1 })).rejects.toThrow(/refuses connections[^]*Given up after 1 s/);
});

test("a wrong key fails at once, and says which keys were tried", async () => {
  process.env.HOLDFAST_SSH_KEY_FILE = join(folder, "other");
  const { port } = await start();
  await expect(wait(port)).rejects.toThrow(`tried: ${join(folder, "other")}`);
  expect(told).toEqual([]);
});

test.each(["none", "missing"])("a key file that cannot be used (%s) is named", async (name) => {
  process.env.HOLDFAST_SSH_KEY_FILE = join(folder, name);
  await expect(wait(1)).rejects.toThrow(`HOLDFAST_SSH_KEY_FILE=${join(folder, name)}`);
});

test("the host key of the first contact is the only one later", async () => {
  const first = await start();
  const session = await wait(first.port);
  const pinned = { ...session.seenHostKeys };
  session.close();
  (await wait(first.port, { pinned })).close();
  const impostor = await start(hostKeys[1]);
  await expect(wait(impostor.port, { pinned })).rejects.toThrow("another host key than at the first contact");
});

test("jump hosts are tried in turn, their host keys pinned as well", async () => {
  const target = await start();
  const jump = await start(hostKeys[1]);
  const session = await wait(target.port, { via: [await freePort(), jump.port] });
  expect(Object.keys(session.seenHostKeys).sort()).toEqual([`127.0.0.1:${String(jump.port)}`, "machine"]);
  expect((await session.run("true")).code).toBe(0);
  session.close();
  const pinned = { [`127.0.0.1:${String(jump.port)}`]: session.seenHostKeys.machine ?? "" };
  await expect(wait(target.port, { via: [jump.port], pinned })).rejects.toThrow("another host key");
});

test("a connection that breaks is told apart from a command that fails", async () => {
  const sshd = await start();
  const session = await wait(sshd.port);
  const running = session.run("exec sleep 30");
  await session.run("true");
  await sshd.stop();
  await expect(running).rejects.toThrow(ConnectionBroken);
  await expect(session.run("true")).rejects.toThrow(ConnectionBroken);
});
