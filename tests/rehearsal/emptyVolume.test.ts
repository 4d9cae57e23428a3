import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, tryRun } from "../../local/machines/command";

// What may become the database's volume, tried on real block devices: a mistake here would cost somebody's data.

const program = join(__dirname, "../../roles/database/program/volume.sh");
jest.setTimeout(120_000);

const MIB = 1024 * 1024;

let folder: string;
let device: string;
let disk: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-volume-"));
  disk = join(folder, "disk");
  writeFileSync(disk, "");
  truncateSync(disk, 512 * MIB);
  device = (await run("losetup", ["--find", "--show", disk])).trim();
  writeFileSync(join(folder, "volume"), `DEVICE=${device}\nMOUNT=${join(folder, "mount")}\n`);
});

afterEach(async () => {
  await tryRun("umount", [join(folder, "mount")]);
  await run("losetup", ["--detach", device]);
  rmSync(folder, { recursive: true });
});

function volume(command: string) {
  const env = { ...process.env, HOLDFAST_VOLUME: join(folder, "volume") };
  const { status, stdout, stderr } = spawnSync("sh", [program, command], { encoding: "utf8", env });
  return { status, output: `${stdout}${stderr}` };
}

test("an empty volume gets a file system, once", () => {
  expect(volume("prepare")).toMatchObject({
    status: 0,
    output: expect.stringContaining("made a file system") as string,
  });
  expect(volume("prepare")).toMatchObject({ status: 0, output: expect.stringContaining("already") as string });
});

test("another file system is left alone", async () => {
  await run("mkfs.ext4", ["-q", device]);
  const before = await run("sha256sum", [disk]);
  expect(volume("prepare")).toMatchObject({ status: 1, output: expect.stringContaining("(ext4)") as string });
  expect(await run("sha256sum", [disk])).toBe(before);
});

test("bytes that nobody recognises are left alone", async () => {
  await run("dd", [`of=${device}`, "if=/dev/urandom", "bs=512", "count=1", "seek=4000", "conv=fsync", "status=none"]);
  const before = await run("sha256sum", [disk]);
  expect(volume("prepare")).toMatchObject({ status: 1, output: expect.stringContaining("is not empty") as string });
  expect(await run("sha256sum", [disk])).toBe(before);
});

test("a larger volume is filled while it is mounted", async () => {
  volume("prepare");
  await run("mkdir", [join(folder, "mount")]);
  await run("mount", [device, join(folder, "mount")]);
  truncateSync(disk, 1024 * MIB);
  await run("losetup", ["--set-capacity", device]);
  expect(volume("grow").status).toBe(0);
  const size = await run("df", ["--output=size", "--block-size=1M", join(folder, "mount")]);
  expect(Number(size.trim().split("\n")[1])).toBeGreaterThan(900);
});
