import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { endPulumis, pulumisOf } from "../../../stack/pulumi/runningPulumis";
import { isAlive, signal, waitUntil } from "../../../local/machines/processes";
import { localPaths } from "../../../local/paths";
import type { Progress } from "../../../lib/progress";

const folder = mkdtempSync(join(tmpdir(), "holdfast-pulumis-"));
const started: number[] = [];
const notes: string[] = [];
const progress = { note: (text: string) => notes.push(text) } as unknown as Progress;

beforeAll(() => symlinkSync("/bin/sleep", join(folder, "pulumi")));

afterAll(() => {
  for (const pid of started) signal(pid, "SIGKILL");
  rmSync(folder, { recursive: true });
});

/** Something that is called like `pulumi` and works on the stack of a local cloud. Gives its process id. */
function pulumiOf(cloud: string): number {
  const env = { PULUMI_BACKEND_URL: `file://${localPaths(cloud).pulumi}` };
  const { pid = 0 } = spawn(join(folder, "pulumi"), ["60"], { env, stdio: "ignore" });
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
