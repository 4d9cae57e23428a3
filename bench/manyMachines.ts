import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { CHECKOUT, settingsFile } from "../cli/checkout";
import { commonEnvironment, LOCAL_PASSPHRASE, mergedEnvironment } from "../cli/environment";
import { targetEnvironment } from "../cli/preview/target";
import { childrenOf } from "../local/machines/processes";
import { startStandIns } from "../local/plugins";
import { obtainPulumi } from "../toolchain/pulumi";
import { run } from "../toolchain/run";
import { measurement, type Result, timed } from "./result";

/** App machines of the stacks that are compared: two, the most that settings allow, and the middle between them. */
const sizes = [2, 101, 200] as const;

interface Sample {
  /** Seconds. */
  readonly time: number;
  /** MiB of all processes of one preview together, at their highest. */
  readonly memory: number;
}

/**
 * `pulumi preview` of a stack with two and with two hundred app machines, from nothing: what each further machine adds, and
 * whether the last hundred add more than the first.
 */
export async function manyMachines(runs: number): Promise<Result> {
  const pulumi = await obtainPulumi();
  const standIns = await startStandIns();
  const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
  const environment = mergedEnvironment({
    PATH: pulumi.folder,
    ...commonEnvironment(standIns.ports),
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: LOCAL_PASSPHRASE,
    ...targetEnvironment("local", folder, {}),
  });
  const command = join(pulumi.folder, "pulumi");
  try {
    const made = await run(command, ["stack", "init", "local", "--no-select"], { cwd: CHECKOUT, env: environment });
    if (made.code !== 0) throw new Error(`pulumi stack init failed:\n${made.stderr}`);
    const samples = new Map<number, Sample[]>(sizes.map((size) => [size, []]));
    // The first round fills caches that everybody has after the first day; in turn, so that all see the same weather.
    for (let round = 0; round <= runs; round++) {
      for (const size of sizes) {
        const sample = await previewOf(size, { command, environment, folder });
        if (round > 0) samples.get(size)?.push(sample);
      }
    }
    return resultOf(samples);
  } finally {
    await standIns.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @throws when the three sizes were not measured equally often */
export function resultOf(samples: ReadonlyMap<number, readonly Sample[]>): Result {
  const [two, middle, most] = sizes.map((size) => samples.get(size) ?? []);
  if (!two || !middle || !most) throw new Error("a size was not measured");
  const each = (from: readonly Sample[], to: readonly Sample[], machines: number) =>
    to.map(({ time }, index) => (time - (from[index]?.time ?? NaN)) / machines);
  const first = measurement(each(two, middle, sizes[1] - sizes[0]));
  const last = measurement(each(middle, most, sizes[2] - sizes[1]));
  const growth = (last.median / first.median).toFixed(2);
  return {
    name: "many-machines",
    what: `\`pulumi preview\` from nothing with ${sizes[0]} and with ${sizes[2]} app machines; each of the last ${sizes[2] - sizes[1]} took ${growth} times as long as each of the first`,
    measurements: {
      [`${sizes[0]} app machines`]: measurement(two.map(({ time }) => time)),
      [`${sizes[2]} app machines`]: measurement(most.map(({ time }) => time)),
      [`each machine from ${sizes[0]} to ${sizes[1]}`]: first,
      [`each machine from ${sizes[1]} to ${sizes[2]}`]: last,
      [`memory with ${sizes[0]} app machines`]: measurement(
        two.map(({ memory }) => memory),
        "MiB",
      ),
      [`memory with ${sizes[2]} app machines`]: measurement(
        most.map(({ memory }) => memory),
        "MiB",
      ),
    },
  };
}

async function previewOf(
  machines: number,
  { command, environment, folder }: { command: string; environment: NodeJS.ProcessEnv; folder: string },
): Promise<Sample> {
  const file = join(folder, settingsFile("local").name);
  const settings = parse(readFileSync(settingsFile("local").path, "utf8")) as { config: Record<string, object> };
  const app = { ...settings.config["holdfast:app"], machines };
  writeFileSync(file, stringify({ ...settings, config: { ...settings.config, "holdfast:app": app } }));
  let memory = 0;
  const time = await timed(
    () =>
      new Promise<void>((resolve, reject) => {
        const args = ["preview", "--stack", "local", "--config-file", file, "--non-interactive"];
        const child = spawn(command, args, { cwd: CHECKOUT, env: environment, stdio: ["ignore", "ignore", "pipe"] });
        let errors = "";
        child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
        const watch = setInterval(() => (memory = Math.max(memory, memoryOf(child.pid ?? 0))), 100);
        child.on("error", reject);
        child.on("close", (code) => {
          clearInterval(watch);
          if (code === 0) resolve();
          else reject(new Error(`pulumi preview with ${machines} app machines failed:\n${errors}`));
        });
      }),
  );
  return { time, memory };
}

/** MiB that a process and all below it have in memory, shared pages divided among those who share them. */
function memoryOf(pid: number): number {
  return [pid, ...descendantsOf(pid)].reduce((sum, one) => sum + proportionalSize(one), 0) / 1024;
}

function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** KiB; nothing for a process that has ended meanwhile. */
function proportionalSize(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
