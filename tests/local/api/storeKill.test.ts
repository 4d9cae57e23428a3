import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openWriterStore } from "../../support/storeWriter";

const root = join(__dirname, "../../..");

/** Lets a process write until it has acknowledged so many rows, then kills it. */
async function writeAndKill(directory: string, count: number, delay: number): Promise<number[]> {
  const script = join(root, "tests/support/storeWriter.ts");
  const child = spawn(process.execPath, ["--require", "ts-node/register", script, directory], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  let killing = false;
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (text: string) => {
    output += text;
    if (killing || output.split("\n").length <= count) return;
    killing = true;
    // A kill in the middle of whatever it does by then, not in step with its output.
    setTimeout(() => child.kill("SIGKILL"), delay);
  });
  await once(child, "close");
  // The last line may have been cut by the kill, but then its row was acknowledged by nobody.
  return output.split("\n").slice(0, -1).map(Number);
}

test("kill -9 at any moment: everything acknowledged is there, and at most one row more", async () => {
  const directory = mkdtempSync(join(tmpdir(), "holdfast-kill-"));
  try {
    const acknowledged: number[] = [];
    for (let round = 0; round < 8; round++) {
      const count = 1 + ((round * 37) % 60);
      acknowledged.push(...(await writeAndKill(directory, count, (round * 7) % 11)));
      const store = openWriterStore(directory);
      const rows = store.all("rows").map((row) => row.id);
      const pairs = store.all("pairs").map((pair) => pair.row);
      store.close();
      expect(rows.slice(0, acknowledged.length)).toEqual(acknowledged);
      expect(rows.length - acknowledged.length).toBeLessThanOrEqual(1);
      // Both rows of a transaction or neither.
      expect(pairs).toEqual(rows);
      acknowledged.splice(0, acknowledged.length, ...rows);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}, 120_000);
