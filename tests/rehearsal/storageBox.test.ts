import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SftpPlace } from "../../blueprint/resolve/sftpStore";
import { askHostKey } from "../../provider/keys/askHostKey";
import type { StorageBoxSpec } from "../../local/driver";
import { writeToDisk } from "../../local/machines/disk";
import type { NspawnDriver } from "../../local/machines/nspawnDriver";
import { removeEverything } from "../../local/machines/removal";
import { localPaths } from "../../local/paths";
import { build } from "../../release/build/build";
import { openStore } from "../../release/store/open";
import { app } from "../support/folder";
import { asVisitor, execute, machine, onMachine, openDriver, type Outcome } from "../../bench/driverCloud";

const CLOUD = "box-rehearsal";
const CLIENT = 1;
const BOX = 50;
const host = "u100050.your-storagebox.de";

jest.setTimeout(60_000);

let driver: NspawnDriver;
let box: StorageBoxSpec;
const folder = mkdtempSync(join(tmpdir(), "holdfast-box-"));

/** Hashed once; the password of every account here. */
const passwordHash = execFileSync("openssl", ["passwd", "-6", "-stdin"], { input: "Only-4-this-test" })
  .toString()
  .trim();

/** What `sftp` says to these commands, on the machine that has the key. */
function sftp(commands: string, user = "u100050", options = ""): Promise<Outcome> {
  const script = `sftp -q -b - -P 23 -i /root/key -o BatchMode=yes -o StrictHostKeyChecking=accept-new ${options} ${user}@${host}`;
  return onMachine(driver, CLIENT, `printf '%s\\n' '${commands}' | ${script}`, 40);
}

const inBox = (script: string) => onMachine(driver, BOX, script);

beforeAll(async () => {
  await removeEverything(CLOUD);
  driver = await openDriver(CLOUD);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", join(folder, "key")]);
  box = {
    id: BOX,
    name: "u100050",
    hostNames: [host],
    size: 1024,
    location: "hel1",
    publicIpv4: { address: driver.addresses.storageBoxIpv4.first },
    publicIpv6: {
      network: driver.addresses.storageBoxIpv6(0),
      address: driver.addresses.storageBoxIpv6(0).replace("::/64", "::1"),
    },
    reachableExternally: false,
    idleTimeout: 1800,
    accounts: [
      {
        name: "u100050",
        passwordHash,
        home: "",
        readOnly: false,
        enabled: true,
        sshKeys: [readFileSync(join(folder, "key.pub"), "utf8").trim()],
      },
    ],
  };
  // As a database machine: no public IPv4.
  const client = machine(driver, CLIENT);
  await driver.ensureMachine(client);
  await driver.start(CLIENT);
  await driver.ensureStorageBox(box);
  const key = readFileSync(join(folder, "key"), "utf8");
  await writeToDisk(CLOUD, CLIENT, "/root/key", key);
  await onMachine(driver, CLIENT, "chmod 600 /root/key");
}, 300_000);

afterAll(async () => {
  await driver.removeEverything();
  rmSync(folder, { recursive: true, force: true });
});

test("a machine finds the box by its name, and no other name", async () => {
  const found = await onMachine(driver, CLIENT, `getent ahosts ${host} | cut -d ' ' -f 1 | sort -u`);
  expect(found.output.split("\n")).toEqual([box.publicIpv6.address, box.publicIpv4.address].sort());
  expect((await onMachine(driver, CLIENT, "getent hosts example.org")).code).toBe(2);
});

test("files come and go by SFTP with the key that the box was made with", async () => {
  await onMachine(driver, CLIENT, "echo kept >/root/file");
  expect(await sftp("put /root/file file\nrename file renamed\nget renamed /root/back\npwd")).toMatchObject({
    code: 0,
  });
  expect((await onMachine(driver, CLIENT, "cat /root/back")).output).toBe("kept");
  expect((await sftp("ls /")).output).toContain("home");
  expect((await sftp("ls /etc")).code).not.toBe(0);
});

test("nobody else gets in, and nothing but SFTP", async () => {
  expect((await sftp("ls", "root")).code).not.toBe(0);
  const shell = await onMachine(
    driver,
    CLIENT,
    `ssh -p 23 -i /root/key -o BatchMode=yes -o StrictHostKeyChecking=accept-new u100050@${host} id`,
  );
  expect(shell.output).not.toContain("uid=");
  const visitor = await asVisitor(CLOUD, "nc", "-z", "-w", "2", box.publicIpv4.address, "23");
  expect(visitor.code).not.toBe(0);
});

test("a subaccount sees its own folder, read-only if so wanted, until it is gone", async () => {
  const account = { ...box.accounts[0], name: "u100050-sub1", home: "team/one" };
  await driver.ensureStorageBox({ ...box, accounts: [...box.accounts, account] });
  await onMachine(driver, CLIENT, "echo mine >/root/mine");
  expect(await sftp("put /root/mine mine", account.name)).toMatchObject({ code: 0 });
  expect((await sftp("get team/one/mine /root/theirs")).code).toBe(0);
  await driver.ensureStorageBox({ ...box, accounts: [...box.accounts, { ...account, readOnly: true }] });
  expect((await sftp("put /root/mine again", account.name)).code).not.toBe(0);
  expect((await sftp("get mine /root/theirs", account.name)).code).toBe(0);
  await driver.ensureStorageBox(box);
  expect((await sftp("ls", account.name)).code).not.toBe(0);
  expect((await sftp("ls team/one")).output).toContain("mine");
});

test("a full box takes nothing more, and does again when there is room", async () => {
  const free = "df --block-size=1 --output=avail /srv/box | tail -n 1";
  await inBox(`fallocate -l $(( $(${free}) - 1048576 )) /srv/box/home/filler`);
  // More than sftp sends before it waits for an answer: the last answer is the one that it goes by.
  await onMachine(driver, CLIENT, "head -c 40M /dev/zero >/root/large");
  expect(await sftp("put /root/large large")).toMatchObject({ code: 1 });
  await inBox("rm /srv/box/home/filler");
  expect(await sftp("put /root/large large")).toMatchObject({ code: 0 });
  expect((await driver.measureStorageBox(BOX)).data).toBeGreaterThanOrEqual(40 * 1024 ** 2);
});

describe("releases in an account of their own", () => {
  const SUB = "u100050-sub2";
  let place: SftpPlace;

  beforeAll(async () => {
    const account = { ...box.accounts[0], name: SUB, home: "releases", sshKeys: [] };
    await driver.ensureStorageBox({ ...box, reachableExternally: true, accounts: [...box.accounts, account] });
    const server = { host: box.publicIpv4.address, port: 23 };
    const hostKey = await askHostKey(server, { signal: new AbortController().signal, tell: () => undefined });
    place = { kind: "sftp", ...server, user: SUB, password: "Only-4-this-test", folder: "", hostKey };
  });
  afterAll(() => driver.ensureStorageBox(box));

  const release = (name: string, files = {}) => app(join(folder, name), "1.0.0", files);

  test("are built, listed, fetched whole and removed, and none of the backups is seen", async () => {
    const store = openStore(place);
    expect(await store.list()).toEqual([]);
    const built = await build(release("shop", { "data.bin": "x".repeat(3_000_000) }), store);
    expect(built.isNew).toBe(true);
    expect(await store.list()).toEqual([built.release]);
    await store.fetch(built.release, join(folder, "fetched.tar.gz"));
    expect(readFileSync(join(folder, "fetched.tar.gz"))).toHaveLength(built.release.size);
    expect((await sftp("ls releases")).output).toContain("shop@1.0.0.json");
    await expect(openStore({ ...place, folder: "../.." }).list()).resolves.toEqual([]);
    await store.remove(built.release);
    expect((await inBox("ls -A /srv/box/home/releases")).output).toBe("");
  });

  test("mean one thing each, also when two are built at the same moment", async () => {
    const sources = ["one", "other"].map((name) => release(name, { name }));
    const results = await Promise.allSettled(sources.map((source) => build(source, openStore(place))));
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const [kept] = await openStore(place).list();
    if (!kept) throw new Error("none is there");
    await openStore(place).fetch(kept, join(folder, "winner.tar.gz"));
    await openStore(place).remove(kept);
  });

  test("find a full box told as such, and leave nothing in it", async () => {
    const free = "df --block-size=1 --output=avail /srv/box | tail -n 1";
    await inBox(`fallocate -l $(( $(${free}) - 1048576 )) /srv/box/home/filler`);
    const large = release("large", { "data.bin": randomBytes(4_000_000).toString("base64") });
    await expect(build(large, openStore(place))).rejects.toThrow(/is full: [01]\.\d MB are left, and [45]\.\d MB/);
    expect((await inBox("ls -A /srv/box/home/releases")).output).toBe("");
    await inBox("rm /srv/box/home/filler");
    expect((await build(large, openStore(place))).isNew).toBe(true);
  });

  test("are not sent to another server that has the same address", async () => {
    const other = { ...place, hostKey: place.hostKey.replace(/.{20}$/, "A".repeat(20)) };
    await expect(openStore(other).list()).rejects.toThrow("shows another host key");
  });
});

test("a snapshot brings back what was changed and deleted since", async () => {
  await driver.changeBoxSnapshot(BOX, "make", "2026-11-24T08-00-00");
  await onMachine(driver, CLIENT, "echo changed >/root/file");
  expect(await sftp("put /root/file renamed\nrm large")).toMatchObject({ code: 0 });
  await driver.changeBoxSnapshot(BOX, "restore", "2026-11-24T08-00-00");
  expect(await sftp("get renamed /root/back\nls large")).toMatchObject({ code: 0 });
  expect((await onMachine(driver, CLIENT, "cat /root/back")).output).toBe("kept");
  await driver.changeBoxSnapshot(BOX, "remove", "2026-11-24T08-00-00");
});

test("a session without traffic is cut", async () => {
  await driver.ensureStorageBox({ ...box, idleTimeout: 2 });
  const idle = await onMachine(
    driver,
    CLIENT,
    `(echo ls; sleep 11; echo ls) | timeout 30 sftp -q -P 23 -i /root/key -o StrictHostKeyChecking=accept-new u100050@${host}`,
    40,
  );
  expect(idle.code).not.toBe(0);
  await driver.ensureStorageBox(box);
});

test("files outlive a crash of the box and of the local cloud's process, and nothing outlives its removal", async () => {
  await driver.stop(BOX, "power");
  await driver.close();
  driver = await openDriver(CLOUD);
  await driver.ensureStorageBox(box);
  expect(await sftp("get renamed /root/back")).toMatchObject({ code: 0 });
  await driver.removeStorageBox(BOX);
  expect((await execute(["losetup", "--list", "--noheadings"])).output).not.toContain(localPaths(CLOUD).volumes);
  expect((await execute(["mount"])).output).not.toContain(`/${BOX}/`);
});
