import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { places } from "../../../roles/monitor/facts/places";
import type { Probe } from "../../../stack/status/probe";
import { appPaths } from "../../../roles/app/app";
import { agentPaths } from "../../../roles/app/agent";

const program = join(__dirname, "../../../roles/monitor/facts/probe.py");
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "holdfast-probe-"));
  write("/proc/mounts", "overlay / overlay rw 0 0\ntmpfs /run tmpfs rw 0 0\n");
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** Run the way it is on a machine: from standard input. */
function probe(): Probe {
  const options = { input: `${readProgram()}`, env: { ...process.env, HOLDFAST_PROBE_ROOT: root } };
  return JSON.parse(execFileSync("python3", ["-IS", "-", JSON.stringify(places)], options).toString()) as Probe;
}

function readProgram(): string {
  return execFileSync("cat", [program]).toString();
}

test("a machine that has nothing of ours says so in each point", () => {
  const { disks, now, unanswered, ...rest } = probe();
  expect(now).toBeGreaterThan(1e9);
  expect(disks).toEqual([{ folder: "/", size: expect.any(Number) as number, free: expect.any(Number) as number }]);
  // This computer may run no systemd.
  expect(Object.keys(unanswered).filter((question) => question !== "failedUnits")).toEqual([]);
  expect(rest).toMatchObject({ reboot: null, release: null, instances: null, haproxy: null, keeper: null });
});

test("a reboot that is needed, since when and for what", () => {
  write("/run/reboot-required", "");
  write("/run/reboot-required.pkgs", "linux-image-amd64\nlibc6\nlinux-image-amd64\n");
  expect(probe().reboot).toEqual({ since: expect.any(Number) as number, packages: ["libc6", "linux-image-amd64"] });
});

test("the release, as instances find it in their environment", () => {
  write(appPaths.environment, '# Written by Holdfast\nMACHINE="app-1"\nRELEASE="1.4.0"\n');
  mkdirSync(join(root, "var/lib/holdfast/archives/abc"), { recursive: true });
  mkdirSync(join(root, "opt/app"), { recursive: true });
  symlinkSync("/var/lib/holdfast/archives/abc", join(root, appPaths.release));
  expect(probe().release).toEqual({ version: "1.4.0", checksum: "abc" });
});

test("HAProxy's package alone makes no load balancer, and the lease is told as it lies there", () => {
  write("/etc/haproxy/haproxy.cfg", "");
  write(places.paths.lease, JSON.stringify({ generation: 7, owner: "ana@laptop" }));
  expect(probe()).toMatchObject({ haproxy: null, lease: { generation: 7, owner: "ana@laptop" } });
});

test("WAL that waits, since when, and how much room there is for more", () => {
  const settings = { dataDirectory: "/srv/database/17/main", volume: "/srv/database", archiveQueue: 2560 };
  write(places.paths.backup, JSON.stringify(settings));
  const status = "/srv/database/17/main/pg_wal/archive_status";
  write(`${status}/000000010000000000000001.done`, "");
  expect(probe().archiving).toMatchObject({ waiting: 0, since: null, queue: 2560 * 1024 ** 2 });
  write(`${status}/000000010000000000000002.ready`, "");
  write(`${status}/000000010000000000000003.ready`, "");
  utimesSync(join(root, status, "000000010000000000000002.ready"), 1000, 1000);
  const { archiving } = probe();
  expect(archiving).toMatchObject({ waiting: 32 * 1024 ** 2, since: 1000 });
  expect(archiving?.room).toBeGreaterThan(0);
});

test("what does not answer takes nothing from the others, and is told with its reason", () => {
  write(places.paths.keeper, JSON.stringify({ listen: "127.0.0.1:9", pair: null }));
  write(agentPaths.rotation, "#!/bin/sh\necho not JSON\n");
  chmodSync(join(root, agentPaths.rotation), 0o755);
  const { keeper, disks, unanswered } = probe();
  expect(keeper).toBeUndefined();
  expect(unanswered.keeper).toContain("refused");
  expect(unanswered.instances).toContain("JSONDecodeError");
  expect(disks).toHaveLength(1);
});
