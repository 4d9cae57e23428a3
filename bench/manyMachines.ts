import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { CHECKOUT, settingsFile } from "../stack/checkout";
import { watchMemory } from "./memory";
import { STACK, type Workplace, withPulumi } from "./pulumi";
import { aimInWords, aimOf, measurement, type Result, timed } from "../drills/frame/benchResult";

/** How much more processor time a late machine may take than an early one: no growth, within the noise. */
export const GROWTH_LIMIT = 1.1;

/** App machines of the stacks that are compared: two, the most that settings allow, and the middle between them. */
const sizes = [2, 101, 200] as const;

interface Sample {
  /** Seconds. */
  readonly time: number;
  /** Seconds of processor time that all its processes took together: what else the computer does is not in it. */
  readonly work: number;
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
    // The first round fills caches and does not count. The sizes take turns, so that the computer's load is the same for all.
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
    to.map(({ work }, index) => (work - (from[index]?.work ?? NaN)) / machines);
  const first = measurement(each(two, middle, sizes[1] - sizes[0]));
  const last = measurement(each(middle, most, sizes[2] - sizes[1]));
  const growth = aimOf("growth", last, first, GROWTH_LIMIT);
  return {
    name: "many-machines",
    what: `\`pulumi preview\` from nothing with ${sizes[0]} and with ${sizes[2]} app machines; each of the last ${sizes[2] - sizes[1]} took ${growth.value} times the processor time of each of the first (${aimInWords(growth)})`,
    aims: [growth],
    measurements: {
      [`${sizes[0]} app machines`]: measurement(two.map(({ time }) => time)),
      [`${sizes[2]} app machines`]: measurement(most.map(({ time }) => time)),
      [`processor time with ${sizes[0]} app machines`]: measurement(two.map(({ work }) => work)),
      [`processor time with ${sizes[2]} app machines`]: measurement(most.map(({ work }) => work)),
      [`processor time of each machine from ${sizes[0]} to ${sizes[1]}`]: first,
      [`processor time of each machine from ${sizes[1]} to ${sizes[2]}`]: last,
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
  let output = "";
  const time = await timed(
    () =>
      new Promise<void>((resolve, reject) => {
        const args = ["preview", "--stack", STACK, "--config-file", file, "--non-interactive"];
        const options = { cwd: CHECKOUT, env: environment };
        const child = spawn("sh", ["-c", counted, "sh", command, ...args], options);
        const stop = watchMemory(child.pid ?? 0);
        let errors = "";
        child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
        child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
        child.on("error", reject);
        child.on("close", (code) => {
          memory = stop();
          if (code === 0) resolve();
          else reject(new Error(`pulumi preview with ${machines} app machines failed:\n${errors}`));
        });
      }),
  );
  return { time, memory, work: processorTime(output) };
}

/** Runs a command without its output, and then has the shell tell what it and its children took. */
const counted = '"$@" >/dev/null; code=$?; times; exit "$code"';

/**
 * Seconds, of what `times` says of the shell's children: its second line, e.g. `0m2.233s 0m0.452s`.
 *
 * @throws for anything else
 */
export function processorTime(said: string): number {
  const [, line = ""] = said.trim().split("\n");
  const parts = [...line.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  );
  if (parts.length !== 2) throw new Error(`the shell does not tell the time of its children: ${said}`);
  return parts.reduce((sum, one) => sum + one, 0);
}
