import { execFileSync, spawn } from "node:child_process";
import { readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Progress } from "../../../lib/progress";
import { isAlive, signal, waitUntil } from "../../../local/machines/processes";
import { localPaths } from "../../../local/paths";
import { endOrphanedPrograms, endPulumis, pulumisOf } from "../../../stack/pulumi/processes";
import { testFolder } from "../../support/folder";

const folder = testFolder();
const started: number[] = [];

afterAll(() => started.forEach((pid) => signal(pid, "SIGKILL")));

/** A program of this name that only sleeps. */
function sleeper(name: string): string {
  const path = join(folder, name);
  symlinkSync("/bin/sleep", path);
  return path;
}

/** A program that outlives the shell that started it, as one does whose `pulumi` was killed. Gives its process id. */
function orphan(program: string, cloud: string): number {
  const path = sleeper(`${program}-${started.length}`);
  const noted = `${path}.pid`;
  // Nothing of ours is inherited, or we would wait for its end.
  execFileSync("sh", ["-c", `'${path}' 60 & echo $! >'${noted}'`], {
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

describe("every `pulumi` of a local cloud", () => {
  const notes: string[] = [];
  const progress = { note: (text: string) => notes.push(text) } as unknown as Progress;
  let pulumi: string;
  beforeAll(() => (pulumi = sleeper("pulumi")));

  function pulumiOf(cloud: string): number {
    const env = { PULUMI_BACKEND_URL: `file://${localPaths(cloud).pulumi}` };
    const { pid = 0 } = spawn(pulumi, ["60"], { env, stdio: "ignore" });
    started.push(pid);
    return pid;
  }

  test("a pulumi at work in a local cloud that goes is ended and named; another cloud's is not", async () => {
    const ours = pulumiOf("local-pulumis");
    const anotherClouds = pulumiOf("local-pulumis-2");
    expect(await waitUntil(() => pulumisOf("local-pulumis").length > 0, 5)).toBe(true);
    expect(pulumisOf("local-pulumis")).toEqual([ours]);

    await endPulumis("local-pulumis", progress);
    expect([ours, anotherClouds].map(isAlive)).toEqual([false, true]);
    expect(notes).toEqual([`Ending a \`pulumi\` (pid ${ours}) that still works in the local cloud "local-pulumis".`]);
  });
});
