import { execFileSync } from "node:child_process";
import { renderBootScript } from "../../../local/machines/bootScript";
import { controlGroups } from "../../../local/machines/controlGroups";

const UNIFIED = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate";
const SIDE_BY_SIDE = [
  "31 30 0:27 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory",
  "32 30 0:28 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu",
  "33 30 0:29 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd",
  "34 30 0:30 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw",
].join("\n");

describe("control groups", () => {
  test("are one per machine where there is one hierarchy, with the memory limit in it", () => {
    const folder = "/sys/fs/cgroup/holdfast.local.m-1";
    expect(controlGroups("holdfast.local.m-1", UNIFIED)).toEqual([
      {
        folder,
        memoryLimit: `${folder}/memory.max`,
        enable: { file: "/sys/fs/cgroup/cgroup.subtree_control", content: "+memory" },
      },
    ]);
  });

  test("are in each hierarchy that systemd uses where both versions are mounted", () => {
    expect(controlGroups("x", SIDE_BY_SIDE)).toEqual([
      { folder: "/sys/fs/cgroup/memory/x", memoryLimit: "/sys/fs/cgroup/memory/x/memory.limit_in_bytes" },
      { folder: "/sys/fs/cgroup/systemd/x" },
      { folder: "/sys/fs/cgroup/unified/x" },
    ]);
  });
});

describe("the boot script", () => {
  const options = {
    namespace: "holdfast.local.m-1",
    hostname: "app-1",
    root: "/var/lib/holdfast/local/machines/1/root",
    addresses: "/var/lib/holdfast/local/machines/1/addresses",
    memory: 4,
    groups: controlGroups("holdfast.local.m-1", SIDE_BY_SIDE),
    volumes: { "/dev/loop3": "/dev/disk/by-id/scsi-0HC_Volume_7" },
  };

  test("limits memory to that of the server type, in bytes", () => {
    expect(renderBootScript(options)).toContain(
      `echo ${4 * 1024 ** 3} >/sys/fs/cgroup/memory/holdfast.local.m-1/memory.limit_in_bytes`,
    );
  });

  test("gives volumes to the machine before its first unit runs", () => {
    expect(renderBootScript(options)).toContain("--bind=/dev/loop3:/dev/disk/by-id/scsi-0HC_Volume_7");
  });

  test("is a valid shell script, also with a folder that has a blank and a quote in its name", () => {
    const strange = renderBootScript({
      ...options,
      root: "/tmp/it's here/root",
      addresses: "/tmp/it's here/addresses",
    });
    expect(() => execFileSync("sh", ["-n"], { input: strange })).not.toThrow();
    const lastWords = strange.trim().split("\n").at(-1)?.replace("exec systemd-nspawn", "printf '%s\\n'") ?? "";
    expect(execFileSync("sh", ["-c", lastWords], { encoding: "utf8" })).toContain("--directory=/tmp/it's here/root\n");
  });
});
