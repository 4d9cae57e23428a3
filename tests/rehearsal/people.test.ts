import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fingerprintOf, parsePublicKey } from "../../blueprint/sshKeys";
import { waitForMachine } from "../../provider/ssh/waiting";
import { findCredentials } from "../../provider/ssh/keys";
import type { Session } from "../../provider/ssh/session";
import { adminUser } from "../../roles/adminUser";
import { askWho, revokeOn } from "../../stack/people/program";
import { settingsWith } from "../blueprint/source";
import { configured } from "../roles/context";
import { front, Lab } from "./configuration/lab";

jest.setTimeout(120_000);

let lab: Lab;
let session: Session;
let bob: string;
const clients: ChildProcess[] = [];

/** sshd and its keys as the roles render them, for an admin and for bob, who will have to go. */
beforeAll(async () => {
  lab = await Lab.open("people", { machines: "front" });
  await lab.until(front.id, "systemctl is-system-running --wait >/dev/null; test -d /home/holdfast/.ssh");
  const sshKeys = [`${lab.keyFile}.pub`, { name: "bob", key: `${bobsKey()}.pub` }];
  const settings = settingsWith({ "holdfast:admin": { sshKeys, allowFrom: ["198.51.100.0/24"] } });
  const files = Object.entries(configured("app-1", settings).files).filter(([path]) => /ssh|stale-keys/.test(path));
  for (const [path, { content }] of files) {
    const packed = Buffer.from(content).toString("base64");
    await lab.inside(front.id, `mkdir -p "$(dirname ${path})" && echo ${packed} | base64 -d >${path}`);
  }
  bob = readFileSync(`${bobsKey()}.pub`, "utf8").trim();
  await lab.inside(front.id, "systemctl daemon-reload && systemctl reload ssh");
}, 300_000);

afterAll(async () => {
  for (const client of clients) client.kill("SIGKILL");
  (session as Session | undefined)?.close();
  await (lab as Lab | undefined)?.close();
});

const bobsKey = () => join(lab.folder, "other");

async function connect(): Promise<Session> {
  const options = { connection: lab.connection, pinned: {}, signal: new AbortController().signal };
  const credentials = await findCredentials(lab.keyFile);
  return waitForMachine({ ...options, credentials }, { limit: 60, keyGrace: 0 }, () => undefined);
}

/** A login with OpenSSH; its exit code. */
function logIn(key: string, command: string): { client: ChildProcess; code: Promise<number | null> } {
  const quiet = ["-F", "none", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"];
  const options = [...quiet, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-i", key];
  const client = spawn("ssh", [...options, `${adminUser}@${lab.address}`, command], { stdio: "ignore" });
  clients.push(client);
  return { client, code: new Promise((resolve) => client.on("close", resolve)) };
}

const running = async (name: string) => (await lab.inside(front.id, `pgrep -xf '${name}' || true`)) !== "";
const stale = "ls /root/.ssh/authorized_keys /home/holdfast/.ssh/authorized_keys 2>/dev/null || true";

test("keys in home folders stay until a key of our own file has let somebody in", async () => {
  await lab.inside(front.id, "mkdir -p /root/.ssh && cp /home/holdfast/.ssh/authorized_keys /root/.ssh/");
  const before = await lab.inside(front.id, stale);
  await lab.inside(front.id, "systemctl start holdfast-stale-keys");
  expect(await lab.inside(front.id, stale)).toBe(before);

  session = await connect();
  await lab.inside(
    front.id,
    "mkdir -p /var/lib/holdfast/transactions/x && touch /var/lib/holdfast/transactions/x/plan.json",
  );
  await lab.inside(front.id, "systemctl start holdfast-stale-keys");
  expect(await lab.inside(front.id, stale)).toBe(before);

  await lab.inside(front.id, "rm -r /var/lib/holdfast/transactions/x && systemctl start holdfast-stale-keys");
  expect(await lab.inside(front.id, stale)).toBe("");
});

test("a link in a home folder leads root nowhere", async () => {
  const trap = "mkdir -p /srv/keep && touch /srv/keep/authorized_keys && cd /home/holdfast && rm -r .ssh";
  await lab.inside(front.id, `${trap} && ln -s /srv/keep .ssh && systemctl start holdfast-stale-keys`);
  expect(await lab.inside(front.id, "ls /srv/keep")).toBe("authorized_keys\n");
});

test("a revoked key lets nobody in, and what was opened with it ends: nothing else does", async () => {
  const own = logIn(lab.keyFile, "sleep 7001");
  const first = logIn(bobsKey(), "sudo sleep 7002");
  const lost = logIn(bobsKey(), "sleep 7003");
  for (const name of ["sleep 7001", "sleep 7002", "sleep 7003"]) {
    await lab.until(front.id, `pgrep -xf '${name}' >/dev/null`);
  }
  lost.client.kill("SIGKILL");
  const key = parsePublicKey(bob);
  const { open, listed } = await askWho(session);
  const print = "wrong" in key ? "" : fingerprintOf(key);
  expect(open.filter(({ fingerprint }) => fingerprint === print).length).toBeGreaterThanOrEqual(1);
  expect(listed[print]).toBe("bob");

  // Cut at several places, it is begun again.
  for (const after of [50, 250, 450]) {
    const cut = await connect();
    const work = revokeOn(cut, [bob]).catch(() => undefined);
    await pause(after);
    cut.close();
    await work;
  }
  await revokeOn(session, [bob]);
  expect(await revokeOn(session, [bob])).toEqual({ was: [], ended: [], unknown: [] });

  expect(await first.code).toBe(255);
  expect(await running("sleep 7002")).toBe(false);
  expect(await running("sleep 7003")).toBe(false);
  expect(await running("sleep 7001")).toBe(true);
  expect(await logIn(bobsKey(), "true").code).toBe(255);
  // Also when somebody's older settings bring it back.
  await lab.inside(front.id, `echo '${bob}' >>/etc/ssh/authorized_keys/holdfast`);
  await pause(6_000); // sshd's penalty for the refused key
  expect(await logIn(bobsKey(), "true").code).toBe(255);
  await pause(6_000);
  expect(await logIn(lab.keyFile, "true").code).toBe(0);
  own.client.kill();
});

test("neither the key of this connection nor the last one is taken away", async () => {
  const own = readFileSync(`${lab.keyFile}.pub`, "utf8").trim();
  await expect(revokeOn(session, [own])).rejects.toThrow("this connection was made with that key");
  await lab.inside(
    front.id,
    `sed -i '/${own.split(" ")[1]?.slice(-20).replaceAll("/", "\\/") ?? ""}/d' /etc/ssh/authorized_keys/holdfast`,
  );
  await expect(revokeOn(session, [bob])).rejects.toThrow("holds no other key");
});
