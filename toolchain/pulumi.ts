import { join } from "node:path";
import { cacheDir } from "./cacheDir";
import { silent, type Progress } from "../lib/progress";
import { fromCache } from "./pulumiSources/cache";
import { fromDownload } from "./pulumiSources/download";
import { fromGoModules } from "./pulumiSources/goModules";
import { fromPath } from "./pulumiSources/path";
import type { FailedSource, Pulumi, PulumiSource } from "./pulumiSources/source";
import { type Run, run } from "../lib/run";
import { PULUMI_MINIMUM, PULUMI_VERSION } from "./versions";

export type { Pulumi } from "./pulumiSources/source";

/** From the cheapest to the most patient. */
const SOURCES: readonly PulumiSource[] = [fromPath, fromCache, fromDownload, fromGoModules];

/** Where the CLI is kept once it was downloaded or built. */
export function toolchainDir(): string {
  return join(cacheDir(), "toolchain", `pulumi-${PULUMI_VERSION}`);
}

/**
 * Finds a Pulumi CLI, or gets one: from the PATH, from what an earlier call left in the cache, from Pulumi's download
 * site, at last from Go modules.
 *
 * @throws when there is no way, with every reason
 */
export async function obtainPulumi(
  options: { progress?: Progress; sources?: readonly PulumiSource[]; run?: Run; target?: string } = {},
): Promise<Pulumi> {
  const failed: FailedSource[] = [];
  for (const source of options.sources ?? SOURCES) {
    const found = await source.obtain({
      run: options.run ?? run,
      progress: options.progress ?? silent,
      target: options.target ?? toolchainDir(),
      earlier: failed,
    });
    if ("folder" in found) return found;
    failed.push({ name: source.name, missing: found.missing });
  }
  throw new Error(
    `no Pulumi CLI (${PULUMI_MINIMUM} or newer, with the Node language host):\n` +
      failed.map(({ name, missing }) => `  - ${name}: ${missing}\n`).join("") +
      `Install Pulumi ${PULUMI_VERSION} (https://www.pulumi.com/docs/install/) or Go 1.25 and try again.`,
  );
}
