import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const PROGRAM = join(__dirname, "dropUnflushed.py");

/**
 * Ends a machine as a power cut does: what it wrote to its volumes and did not flush (fsync) is gone. What it wrote to
 * its own disk is not: that is a folder of this computer's file system.
 *
 * @param initPid process number of the machine's init on this computer
 * @param kill ends all of the machine's processes; none of them sees a volume fail
 * @throws when the kernel cannot do that to a volume's file system; the machine is off then
 */
export async function cutPower(initPid: number, kill: () => Promise<void>): Promise<void> {
  const volumes = mountedVolumes(initPid);
  if (volumes.length === 0) return kill();
  const program = spawn("python3", [PROGRAM, ...volumes.flat()], { stdio: "pipe" });
  let stderr = "";
  program.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  program.stdin.on("error", () => undefined);
  const ended = once(program, "close") as Promise<[number | null]>;
  // It says that it holds them, or it has ended without that.
  await Promise.race([once(program.stdout, "data"), ended]);
  try {
    await kill();
    program.stdin.write("off\n");
  } finally {
    program.stdin.end();
  }
  const [code] = await ended;
  if (code !== 0) throw new Error(`cannot drop unflushed writes to ${String(volumes)}: ${stderr.trim()}`);
}

/** Device number and folder, as this computer sees it, of each loop device that is mounted in the machine; each once. */
function mountedVolumes(initPid: number): [string, string][] {
  const found = new Map<string, string>();
  for (const line of mountsOf(initPid)) {
    const [, , device = "", , folder = ""] = line.split(" ");
    if (device.startsWith("7:")) found.set(device, `/proc/${String(initPid)}/root${unescaped(folder)}`);
  }
  return [...found];
}

function mountsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${String(pid)}/mountinfo`, "utf8").split("\n");
  } catch {
    return []; // ended meanwhile
  }
}

/** The kernel writes blanks and the like as `\040`. */
function unescaped(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
