import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type * as os from "node:os";
import { join } from "node:path";
import { makePair } from "../../../provider/keys/makePair";
import { listedKeys } from "../../../provider/ssh/keyText";
import { waitForMachine } from "../../../provider/ssh/waiting";
import { testFolder } from "../../support/folder";
import { makeKey, SshAgent } from "../../support/sshAgent";
import { Sshd } from "../../support/sshd";

// Node asks the system for the home folder, which does not see what a test sets.
jest.mock("node:os", () => ({
  ...jest.requireActual<typeof os>("node:os"),
  homedir: () => process.env.HOME,
}));

const folder = testFolder();
const { HOLDFAST_SSH_KEY_FILE, SSH_AUTH_SOCK, HOME } = process.env;
const set = (name: string, value: string | undefined) => {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
};

let agent: SshAgent | undefined;
const servers: Sshd[] = [];
beforeEach(() => {
  set("HOLDFAST_SSH_KEY_FILE", undefined);
  set("SSH_AUTH_SOCK", undefined);
  set("HOME", folder);
});
afterEach(async () => {
  agent?.stop();
  for (const server of servers.splice(0)) await server.stop();
  agent = undefined;
});
afterAll(() => {
  set("HOLDFAST_SSH_KEY_FILE", HOLDFAST_SSH_KEY_FILE);
  set("SSH_AUTH_SOCK", SSH_AUTH_SOCK);
  set("HOME", HOME);
});

const publicHalf = (path: string) => readFileSync(`${path}.pub`, "utf8");

async function start(authorized: string): Promise<Sshd> {
  const server = await Sshd.start({ authorized, hostKey: makePair().private });
  servers.push(server);
  return server;
}

/** Logs in; the keys that were offered. */
async function logIn(authorized: string, known = ""): Promise<readonly string[]> {
  const { port, offered } = await start(authorized);
  const session = await waitForMachine(
    {
      connection: { host: "127.0.0.1", port, user: "admin" },
      pinned: {},
      signal: new AbortController().signal,
      known: listedKeys(known),
    },
    { limit: 20, keyGrace: 0 },
    () => undefined,
  );
  session.close();
  return offered;
}

async function startAgent(...keys: string[]): Promise<SshAgent> {
  agent = await SshAgent.start(mkdtempSync(join(folder, "agent-")));
  set("SSH_AUTH_SOCK", agent.path);
  for (const key of keys) agent.add("-q", key);
  return agent;
}

const kinds: readonly (readonly string[])[] = [
  ["-t", "ed25519"],
  ["-t", "rsa", "-b", "3072"],
  ["-t", "rsa", "-b", "3072", "-m", "PEM"],
  ["-t", "rsa", "-b", "3072", "-m", "PKCS8"],
  ["-t", "ecdsa", "-b", "256"],
  ["-t", "ecdsa", "-b", "384", "-m", "PEM"],
  ["-t", "ecdsa", "-b", "521", "-m", "PKCS8"],
];
const named = kinds.map((kind) => [kind.join(" "), `key${kind.join("")}`, kind] as const);
beforeAll(() => {
  for (const [, name, kind] of named) makeKey(folder, name, ...kind);
  for (const name of ["d1", "d2", "d3", "d4", "right"]) makeKey(folder, name);
});
const path = (name: string) => join(folder, name);

test.each(named)("a file of ssh-keygen %s opens a machine", async (_what, name) => {
  set("HOLDFAST_SSH_KEY_FILE", path(name));
  await logIn(publicHalf(path(name)));
});

test.each(named)("a key of ssh-keygen %s in the agent opens a machine", async (_what, name) => {
  await startAgent(path(name));
  await logIn(publicHalf(path(name)));
});

test.each([
  ["Windows line ends", (text: string) => text.replace(/\n/g, "\r\n")],
  ["no line end", (text: string) => text.trim()],
  ["a byte order mark", (text: string) => `\ufeff${text}`],
])("a key file with %s opens a machine", async (what, change) => {
  writeFileSync(path(what), change(readFileSync(path("right"), "utf8")), { mode: 0o600 });
  set("HOLDFAST_SSH_KEY_FILE", path(what));
  await logIn(publicHalf(path("right")));
});

test("of a full agent the key that the machine knows is offered first", async () => {
  await startAgent(...["d1", "d2", "d3", "d4", "right"].map(path));
  const right = publicHalf(path("right"));
  const [body] = listedKeys(right);
  expect(await logIn(right, `from="198.51.100.7" ${right}`)).toEqual([body?.body]);
});

test("a file in ~/.ssh that the machine knows comes before the agent's strange keys", async () => {
  mkdirSync(path(".ssh"), { recursive: true });
  makeKey(path(".ssh"), "id_ecdsa", "-t", "ecdsa");
  await startAgent(...["d1", "d2", "d3", "d4"].map(path));
  const right = publicHalf(path(".ssh/id_ecdsa"));
  expect(await logIn(right, right)).toHaveLength(1);
  rmSync(path(".ssh"), { recursive: true });
});

test("a .pub file names a key that the agent holds", async () => {
  await startAgent(...["d1", "right"].map(path));
  set("HOLDFAST_SSH_KEY_FILE", path("right.pub"));
  expect(await logIn(publicHalf(path("right")))).toHaveLength(1);
});

test.each(["RFC4716", "PEM", "PKCS8"])(
  "a key with a passphrase (%s) is taken from the agent, else named",
  async (form) => {
    const name = `locked-${form}`;
    makeKey(folder, name, "-t", "rsa", "-b", "3072", "-m", form);
    await startAgent(path("d1"), path(name));
    lockWith(path(name), form);
    set("HOLDFAST_SSH_KEY_FILE", path(name));
    await logIn(publicHalf(path(name)));
    set("SSH_AUTH_SOCK", undefined);
    await expect(logIn(publicHalf(path(name)))).rejects.toThrow(
      `${path(name)}: has a passphrase; add it to the SSH agent`,
    );
  },
);

function lockWith(file: string, form: string): void {
  execFileSync("ssh-keygen", ["-q", "-p", "-P", "", "-N", "secret", "-m", form, "-f", file]);
}

test("a locked agent is told at once", async () => {
  (await startAgent(path("right"))).lock(folder);
  await expect(logIn(publicHalf(path("right")))).rejects.toThrow(/no SSH key to log in with[^]*is locked \(ssh-add -X/);
});

test("a refused login says what was tried and which keys the machine accepts", async () => {
  await startAgent(path("d1"));
  const right = publicHalf(path("right"));
  const failure = expect(logIn(right, right)).rejects;
  await failure.toThrow(
    /refuses the key for user admin \(tried: d1 of the SSH agent\)[^]*accepts: right \(SHA256:[^]*HOLDFAST_SSH_KEY_FILE/,
  );
});

test("an agent that refuses to sign is named, and the next key is tried", async () => {
  const held = await startAgent();
  held.add("-q", "-c", path("right")); // asks for a confirmation that nobody can give
  const right = publicHalf(path("right"));
  await expect(logIn(right, right)).rejects.toThrow("the SSH agent did not sign with it");
});

test.each([
  ["PuTTY's form", "PuTTY-User-Key-File-3: ssh-ed25519\n", "puttygen"],
  ["a public key alone", undefined, "the SSH agent does not hold its private half"],
])("a file in %s is refused with what to do", async (_what, content, said) => {
  writeFileSync(path("odd"), content ?? publicHalf(path("right")));
  set("HOLDFAST_SSH_KEY_FILE", path("odd"));
  await expect(logIn(publicHalf(path("right")))).rejects.toThrow(said);
});
