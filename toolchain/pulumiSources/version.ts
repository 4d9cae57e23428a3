import { join } from "node:path";
import type { Run } from "../../lib/run";

/** The version that a `pulumi` says it has, e.g. `3.259.0`; undefined when it does not run. */
export async function versionOf(folder: string, run: Run): Promise<string | undefined> {
  const result = await run(join(folder, "pulumi"), ["version"], {
    timeout: 20,
    env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  return result.code === 0 ? /v?(\d+\.\d+\.\d+\S*)/.exec(result.stdout)?.[1] : undefined;
}
