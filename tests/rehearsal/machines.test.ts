import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { MachineSpec } from "../../local/driver";
import type { NspawnDriver } from "../../local/machines/nspawnDriver";
import { processesMarked, waitUntil } from "../../local/machines/processes";
import { removeEverything } from "../../local/machines/removal";
import { localPaths } from "../../local/paths";
import { expectSuccess, openLab, startAll } from "./machines/lab";
import { bootedState, execute, machine, onMachine, openDriver } from "../../bench/driverCloud";

const CLOUD = "driver-rehearsal";
const VOLUME = "/dev/disk/by-id/scsi-0HC_Volume_70";

// Other rehearsals may keep this computer busy; what has to be quick is asserted as such.
jest.setTimeout(60_000);

let driver: NspawnDriver;
let first: MachineSpec;
let second: MachineSpec;

beforeAll(async () => {
  ({ driver, first, second } = await openLab(CLOUD));
}, 300_000);

afterAll(async () => {
  await driver.removeEverything();
});

describe("a machine", () => {
  test("boots to a running system without a failed unit", async () => {
    for (const id of [1, 2]) {
      expect(await bootedState(driver, id)).toBe("running");
      expect((await onMachine(driver, id, "systemctl --failed --no-legend")).output).toBe("");
    }
  });

  test("ran its own user data and has a name and identity of its own", async () => {
    const identities: string[] = [];
    for (const id of [1, 2]) {
      expect((await onMachine(driver, id, "cloud-init status --wait; cat /root/from-user-data")).output).toContain(
        `${id}`,
      );
      expect((await onMachine(driver, id, "hostname")).output).toBe(`machine-${id}`);
      identities.push((await onMachine(driver, id, "cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub")).output);
    }
    expect(new Set(identities).size).toBe(2);
  });

  test("has no more memory than its server type", async () => {
    const eater = (mebibytes: number) =>
      `systemd-run --quiet --wait --pipe python3 -c 'b = bytearray(${mebibytes} << 20)'; echo ended with $?`;
    expect((await onMachine(driver, 1, eater(500))).output).toMatch(/ended with 0$/);
    expect((await onMachine(driver, 1, eater(1500))).output).not.toMatch(/ended with 0$/);
  });

  test("is told by the metadata service who it is, with and without public IPv4", async () => {
    for (const id of [1, 2]) {
      const answer = await onMachine(driver, id, "curl -sS --max-time 5 http://169.254.169.254/hetzner/v1/metadata");
      expect(answer).toEqual({ code: 0, output: `${id} /hetzner/v1/metadata` });
    }
  });
});

describe("a volume", () => {
  test("appears in a running machine, grows there, and keeps over a power cut what was flushed, and nothing else", async () => {
    await driver.ensureVolume({ id: 70, size: 1, format: "ext4" });
    await driver.attachVolume(70, 2);
    expectSuccess(await onMachine(driver, 2, `mount ${VOLUME} /mnt && echo kept >/mnt/file && sync`));
    await driver.ensureVolume({ id: 70, size: 2 });
    expect(
      (await onMachine(driver, 2, `resize2fs ${VOLUME} >/dev/null 2>&1; blockdev --getsize64 ${VOLUME}`)).output,
    ).toBe(String(2 * 1024 ** 3));
    const unit = `[Mount]\nWhat=${VOLUME}\nWhere=/mnt\nType=ext4\n[Install]\nWantedBy=local-fs.target\n`;
    const write = `printf '${unit}' >/etc/systemd/system/mnt.mount && systemctl enable mnt.mount && sync`;
    expectSuccess(await onMachine(driver, 2, write));
    // Both ways of not flushing: a new file, and a flushed one that is written over.
    expectSuccess(await onMachine(driver, 2, "printf lost | tee /mnt/new | dd of=/mnt/file conv=notrunc status=none"));
    expect((await onMachine(driver, 2, "cat /mnt/new /mnt/file")).output).toBe("lostlost");
    await driver.stop(2, "power");
    expect(await driver.inspect(2)).toEqual({ exists: true, running: false });
    await driver.start(2);
    expect(await bootedState(driver, 2)).toBe("running");
    expect((await onMachine(driver, 2, "cat /mnt/file; cat /mnt/new 2>/dev/null || true")).output).toBe("kept");
  });

  test("disappears from a running machine when it is detached", async () => {
    await driver.detachVolume(70);
    expect((await onMachine(driver, 2, `test -e ${VOLUME}`)).code).toBe(1);
    await driver.removeVolume(70);
    expect(existsSync(join(localPaths(CLOUD).volumes, "70.img"))).toBe(false);
  });
});

describe("power", () => {
  test("a machine shuts down in an orderly way and starts again with its disk", async () => {
    expectSuccess(await onMachine(driver, 1, "echo kept >/root/file"));
    expect(await driver.stop(1, "shutdown")).toBe(true);
    expect(await driver.inspect(1)).toEqual({ exists: true, running: false });
    await driver.start(1);
    expect((await onMachine(driver, 1, "cat /root/file")).output).toBe("kept");
  });

  test("a reboot from inside brings the machine back with a fresh packet filter and its own addresses only", async () => {
    const before = (await driver.inspect(1)).initPid;
    expect(await bootedState(driver, 1)).toBe("running");
    const strange = "nft add table inet strange && ip address add 10.0.0.99/32 dev lo";
    expectSuccess(await onMachine(driver, 1, strange));
    await onMachine(driver, 1, "systemctl reboot");
    let now: number | undefined;
    const rebooted = await waitUntil(() => {
      void driver.inspect(1).then((state) => (now = state.initPid));
      return now !== undefined && now !== before;
    }, 30);
    expect(rebooted).toBe(true);
    expect(await bootedState(driver, 1)).toBe("running");
    const state = await onMachine(driver, 1, "nft list ruleset; ip -br address");
    expect(state.output).not.toMatch(/strange|10\.0\.0\.99/);
    expect(state.output).toContain(first.publicIpv4?.address);
  });
});

describe("the local cloud's process", () => {
  test("may end: machines run on, and the next one takes them over", async () => {
    const before = await driver.inspect(1);
    await driver.close();
    driver = await openDriver(CLOUD);
    await startAll({ driver, first, second });
    expect(await driver.inspect(1)).toEqual(before);
    const answer = await onMachine(driver, 1, "curl -sS --max-time 5 http://169.254.169.254/again");
    expect(answer).toEqual({ code: 0, output: "1 /again" });
  });

  test("may be killed while it starts a machine: starting again yields one machine", async () => {
    const third = machine(driver, 3);
    for (const milliseconds of [50, 150, 250]) {
      const child = spawn(process.execPath, [
        "--require",
        "ts-node/register",
        join(__dirname, "support/startMachine.ts"),
        CLOUD,
      ]);
      child.stdin.end(JSON.stringify(third));
      await once(child.stdout, "data"); // it begins now
      setTimeout(() => child.kill("SIGKILL"), milliseconds);
      await once(child, "close");
      await driver.close();
      driver = await openDriver(CLOUD);
      await driver.ensureMachine(third);
      await driver.start(3);
      expect(await bootedState(driver, 3)).toBe("running");
      expect(processesMarked(`--machine=holdfast.${CLOUD}.m-3`)).toHaveLength(2); // supervisor and systemd-nspawn
      await driver.removeMachine(3);
      expect(await driver.inspect(3)).toEqual({ exists: false, running: false });
    }
  });
});

test("nothing remains when everything is removed, also when the state folder is gone", async () => {
  const { slot } = driver.addresses;
  await driver.ensureVolume({ id: 71, size: 1 });
  await driver.attachVolume(71, 1);
  await driver.close();
  for (const file of readdirSync(localPaths(CLOUD).machines)) {
    rmSync(join(localPaths(CLOUD).machines, file, "machine.json"));
  }
  rmSync(localPaths(CLOUD).volumes, { recursive: true });
  await removeEverything(CLOUD);

  const mark = `holdfast.${CLOUD}.`;
  expect(readdirSync("/run/netns").filter((name) => name.startsWith(mark))).toEqual([]);
  expect(readFileSync("/proc/self/mounts", "utf8")).not.toContain(mark);
  expect((await execute(["losetup", "--list"])).output).not.toContain(localPaths(CLOUD).volumes);
  expect((await execute(["find", "/sys/fs/cgroup", "-name", `${mark}*`])).output).toBe("");
  expect((await execute(["find", "/run/systemd/nspawn", "-name", `${mark}*`])).output).toBe("");
  expect((await execute(["ip", "route"])).output).not.toContain(`holdfast${slot}`);
  expect((await execute(["ip", "route"])).output).not.toContain(`unreachable ${driver.addresses.publicIpv4}`);
  expect(existsSync(`/sys/class/net/holdfast${slot}`)).toBe(false);
  expect(processesMarked(`--machine=${mark}`, "prefix")).toEqual([]);
  expect(processesMarked(`--door=${mark}`, "prefix")).toEqual([]);
  expect(existsSync(localPaths(CLOUD).state)).toBe(false);
});
