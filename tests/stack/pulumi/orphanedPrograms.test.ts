import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endOrphanedPrograms } from "../../../stack/pulumi/orphanedPrograms";
import { isAlive, signal, waitUntil } from "../../../local/machines/processes";

const folder = mkdtempSync(join(tmpdir(), "holdfast-orphans-"));
const started: number[] = [];

afterAll(() => {
  for (const pid of started) signal(pid, "SIGKILL");
  rmSync(folder, { recursive: true });
});

/** A program that outlives the shell that started it, as one does whose `pulumi` was killed. Gives its process id. */
function orphan(program: string, cloud: string): number {
  const path = join(folder, program);
  symlinkSync("/bin/sleep", `${path}-${started.length}`);
  const noted = `${path}-${started.length}.pid`;
  // Nothing of ours is inherited, or we would wait for its end.
  execFileSync("sh", ["-c", `'${path}-${started.length}' 60 & echo $! >'${noted}'`], {
    env: { PATH: process.env.PATH, HOLDFAST_LOCAL: cloud },
    stdio: "ignore",
  });
  const pid = Number(readFileSync(noted, "utf8"));
  started.push(pid);
  return pid;
}

test("what a killed pulumi left running for this cloud ends; nothing else does", async () => {
  const ours = orphan("pulumi-language-nodejs", "local-orphans");
  const anotherClouds = orphan("pulumi-language-nodejs", "local-others");
  const anotherProgram = orphan("sleeper", "local-orphans");
  await endOrphanedPrograms("local-orphans");
  expect(await waitUntil(() => !isAlive(ours), 5)).toBe(true);
  expect([anotherClouds, anotherProgram].map(isAlive)).toEqual([true, true]);
});
