import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { listedKeys } from "../../../provider/ssh/keyText";
import { waitForMachine } from "../../../provider/ssh/waiting";
import { identities } from "../../../stack/ssh/identities";
import { adminUser } from "../../../roles/adminUser";
import { settingsWith } from "../../blueprint/source";
import { configured } from "../../roles/context";
import { makeKey, SshAgent } from "../../support/sshAgent";
import { front, Lab } from "../configuration/lab";

jest.setTimeout(120_000);

const kinds: readonly (readonly [name: string, ...options: string[]])[] = [
  ["ed25519", "-t", "ed25519"],
  ["rsa-3072", "-t", "rsa", "-b", "3072"],
  ["rsa-4096-pem", "-t", "rsa", "-b", "4096", "-m", "PEM"],
  ["rsa-3072-pkcs8", "-t", "rsa", "-b", "3072", "-m", "PKCS8"],
  ["ecdsa-256", "-t", "ecdsa", "-b", "256"],
  ["ecdsa-384-pem", "-t", "ecdsa", "-b", "384", "-m", "PEM"],
  ["ecdsa-521-pkcs8", "-t", "ecdsa", "-b", "521", "-m", "PKCS8"],
];
const strangers = ["d1", "d2", "d3", "d4"];

let lab: Lab;
let agent: SshAgent | undefined;
const { HOLDFAST_SSH_KEY_FILE: before, SSH_AUTH_SOCK: socketBefore } = process.env;
const set = (name: string, value: string | undefined) => {
  if (value === undefined) Reflect.deleteProperty(process.env, name);
  else process.env[name] = value;
};
const path = (name: string) => join(lab.folder, name);

/** OpenSSH's server as the roles render it, and a key of each kind that the settings take. */
beforeAll(async () => {
  lab = await Lab.open("access", { machines: "front" });
  await lab.until(front.id, "systemctl is-system-running --wait >/dev/null; test -d /home/holdfast/.ssh");
  for (const [name, ...options] of kinds) makeKey(lab.folder, name, ...options);
  for (const name of strangers) makeKey(lab.folder, name);
  const sshKeys = [`${lab.keyFile}.pub`, ...kinds.map(([name]) => path(`${name}.pub`))];
  const settings = settingsWith({ "holdfast:admin": { sshKeys, allowFrom: ["198.51.100.0/24"] } });
  const files = Object.entries(configured("app-1", settings).files).filter(([file]) => /ssh/.test(file));
  for (const [file, { content }] of files) {
    const packed = Buffer.from(content).toString("base64");
    await lab.inside(front.id, `mkdir -p "$(dirname ${file})" && echo ${packed} | base64 -d >${file}`);
  }
  await lab.inside(front.id, "systemctl daemon-reload && systemctl reload ssh");
}, 300_000);

beforeEach(() => {
  set("HOLDFAST_SSH_KEY_FILE", undefined);
  set("SSH_AUTH_SOCK", undefined);
});
afterEach(() => agent?.stop());
afterAll(async () => {
  set("HOLDFAST_SSH_KEY_FILE", before);
  set("SSH_AUTH_SOCK", socketBefore);
  await (lab as Lab | undefined)?.close();
});

const accepted = () => listedKeys(kinds.map(([name]) => readFileSync(path(`${name}.pub`), "utf8")).join(""));

async function fill(...names: string[]): Promise<void> {
  agent = await SshAgent.start(mkdtempSync(join(lab.folder, "agent-")));
  set("SSH_AUTH_SOCK", agent.path);
  for (const name of names) agent.add("-q", path(name));
}

/** As `pulumi up`, `status` and `who` log in. */
async function logIn(known = accepted()): Promise<void> {
  const options = { connection: lab.connection, pinned: {}, signal: new AbortController().signal, known };
  (await waitForMachine(options, { limit: 60, keyGrace: 0 }, () => undefined)).close();
}

/** As `ssh`, `run`, `restore` and `import` log in. */
async function openSsh(): Promise<void> {
  const folder = mkdtempSync(join(lab.folder, "ssh-"));
  const route = { machine: "front", serverId: "1", host: lab.address, port: 22, user: adminUser, jumps: [] };
  const keys = await identities("prod", { ...route, accepted: accepted() }, folder);
  const options = [
    ...["BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null"],
    ...keys.map((key) => `IdentityFile=${key}`),
    ...(keys.length > 0 ? ["IdentitiesOnly=yes"] : []),
  ];
  const args = ["-F", "none", ...options.flatMap((option) => ["-o", option]), `${adminUser}@${lab.address}`, "true"];
  // Jest gives tests an environment of their own.
  execFileSync("ssh", args, { stdio: "pipe", env: process.env });
}

test("every kind of key that the settings take opens a machine, from its file and from an agent", async () => {
  for (const [name] of kinds) {
    set("HOLDFAST_SSH_KEY_FILE", path(name));
    await logIn();
    await openSsh();
  }
  set("HOLDFAST_SSH_KEY_FILE", undefined);
  for (const [name] of kinds) {
    await fill(name);
    await logIn();
    await openSsh();
    agent?.stop();
  }
});

test("a full agent gets in, since the machine's keys are offered first", async () => {
  await fill(...strangers, "ecdsa-384-pem");
  await logIn();
  await openSsh();
});

test("a full agent without a key of the machine's is told at once, and what to set", async () => {
  await fill(...strangers);
  const started = Date.now();
  const failure = await logIn().catch((error: unknown) => (error as Error).message);
  expect(failure).toMatch(
    /ended the login \("Too many authentication failures"\)[^]*tried: d1 of the SSH agent, [^]*accepts: ed25519 \(SHA256:[^]*HOLDFAST_SSH_KEY_FILE/,
  );
  expect(Date.now() - started).toBeLessThan(20_000);
  // sshd's penalties end.
  await lab.inside(front.id, "systemctl restart ssh");
});
