import { rmSync } from "node:fs";
import { join } from "node:path";
import { Clone } from "../drills/frame/clone";
import { measurement, type Result, timed } from "../drills/frame/benchResult";

const NAME = "local-bench";

/**
 * From nothing to the first page: with what the cache holds, with nothing in it, and again when all is there. A cloud of
 * its own, so that one that runs is not disturbed.
 *
 * @param options.cold whether to measure with an empty cache as well: it builds or downloads everything again
 */
export async function makeLocal(options: { runs: number; cold: boolean }): Promise<Result> {
  const clone = new Clone(NAME);
  const warm: number[] = [];
  const again: number[] = [];
  const cold: number[] = [];
  try {
    await clone.holdfast(["local", "down"]);
    for (let index = 0; index < options.runs; index++) {
      warm.push(await timed(() => up(clone)));
      again.push(await timed(() => up(clone)));
      await down(clone);
    }
    if (options.cold) {
      const cache = join(clone.folder, ".cache");
      cold.push(await timed(() => up(clone, { HOLDFAST_CACHE: cache, PATH: withoutPulumi() })));
      await down(clone, { HOLDFAST_CACHE: cache });
      rmSync(cache, { recursive: true });
    }
  } finally {
    await clone.remove();
  }
  return {
    name: options.cold ? "make-local-cold" : "make-local",
    what: "`holdfast local up` to the first 200 on the visitors' side",
    measurements: {
      "warm cache": measurement(warm),
      "nothing to do": measurement(again),
      ...(options.cold && { "cold cache": measurement(cold) }),
    },
  };
}

async function up(clone: Clone, env: Record<string, string> = {}): Promise<void> {
  await must(clone, ["local", "up"], env);
}

async function down(clone: Clone, env: Record<string, string> = {}): Promise<void> {
  await must(clone, ["local", "down"], env);
}

async function must(clone: Clone, args: readonly string[], extra: Record<string, string>): Promise<void> {
  const env = { HOLDFAST_LOCAL: NAME, ...extra };
  const { code, stdout, stderr } = await clone.holdfast(args, { env, timeout: 3000 });
  if (code !== 0) throw new Error(`holdfast ${args.join(" ")} failed:\n${stdout}\n${stderr}`);
}

/** A fresh machine has none. */
function withoutPulumi(): string {
  const path = (process.env.PATH ?? "").split(":");
  return path.filter((folder) => !folder.includes("pulumi")).join(":");
}
