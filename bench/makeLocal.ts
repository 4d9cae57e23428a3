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
      warm.push(await timed(() => local(clone, "up")));
      again.push(await timed(() => local(clone, "up")));
      await local(clone, "down");
    }
    if (options.cold) {
      const cache = join(clone.folder, ".cache");
      cold.push(await timed(() => local(clone, "up", { HOLDFAST_CACHE: cache, PATH: withoutPulumi() })));
      await local(clone, "down", { HOLDFAST_CACHE: cache });
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

async function local(clone: Clone, command: "up" | "down", env: Record<string, string> = {}): Promise<void> {
  await clone.holdfastOrThrow(["local", command], { env: { HOLDFAST_LOCAL: NAME, ...env }, timeout: 3000 });
}

/** PATH without an installed Pulumi: a new computer has none. */
function withoutPulumi(): string {
  const path = (process.env.PATH ?? "").split(":");
  return path.filter((folder) => !folder.includes("pulumi")).join(":");
}
