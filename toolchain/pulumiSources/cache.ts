import { existsSync } from "node:fs";
import { join } from "node:path";
import { isAtLeast, PULUMI_VERSION } from "../versions";
import { versionOf, type PulumiSource } from "./source";

/** What an earlier run downloaded or built. */
export const fromCache: PulumiSource = {
  name: "the cache",
  async obtain({ run, target }) {
    if (!existsSync(join(target, "pulumi")) || !existsSync(join(target, "pulumi-language-nodejs"))) {
      return { missing: `nothing in ${target} yet` };
    }
    const version = await versionOf(target, run);
    if (!version || !isAtLeast(version, PULUMI_VERSION)) return { missing: `what is in ${target} does not run` };
    return { folder: target, version };
  },
};
