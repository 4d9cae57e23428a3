import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { CHECKOUT, settingsFile } from "../cli/checkout";
import { watchMemory } from "./memory";
import { STACK, type Workplace, withPulumi } from "./pulumi";
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
export function manyMachines(runs: number): Promise<Result> {
  return withPulumi(async (place) => {
    const samples = new Map<number, Sample[]>(sizes.map((size) => [size, []]));
    // The first round fills caches that everybody has after the first day; in turn, so that all see the same weather.
    for (let round = 0; round <= runs; round++) {
      for (const size of sizes) {
        const sample = await previewOf(size, place);
        if (round > 0) samples.get(size)?.push(sample);
      }
    }
    return resultOf(samples);
  });
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

async function previewOf(machines: number, { command, environment, folder }: Workplace): Promise<Sample> {
  const file = join(folder, settingsFile(STACK).name);
  const settings = parse(readFileSync(settingsFile(STACK).path, "utf8")) as { config: Record<string, object> };
  const app = { ...settings.config["holdfast:app"], machines };
  writeFileSync(file, stringify({ ...settings, config: { ...settings.config, "holdfast:app": app } }));
  let memory = 0;
  const time = await timed(
    () =>
      new Promise<void>((resolve, reject) => {
        const args = ["preview", "--stack", STACK, "--config-file", file, "--non-interactive"];
        const child = spawn(command, args, { cwd: CHECKOUT, env: environment, stdio: ["ignore", "ignore", "pipe"] });
        const stop = watchMemory(child.pid ?? 0);
        let errors = "";
        child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
        child.on("error", reject);
        child.on("close", (code) => {
          memory = stop();
          if (code === 0) resolve();
          else reject(new Error(`pulumi preview with ${machines} app machines failed:\n${errors}`));
        });
      }),
  );
  return { time, memory };
}
