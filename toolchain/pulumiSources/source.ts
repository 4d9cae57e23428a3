import { join } from "node:path";
import type { Progress } from "../../lib/progress";
import type { Run } from "../../lib/run";

/** A Pulumi CLI with its Node language host. */
export interface Pulumi {
  /** Folder that holds `pulumi` and `pulumi-language-nodejs`: what belongs on the PATH. */
  readonly folder: string;
  /** e.g. `3.259.0` */
  readonly version: string;
}

/** One way to a Pulumi CLI. */
export interface PulumiSource {
  /** For messages, e.g. `the PATH`. */
  readonly name: string;
  /** The CLI, or a short reason why this source has none. */
  obtain(context: SourceContext): Promise<Pulumi | { readonly missing: string }>;
}

/** What a source has at hand. */
export interface SourceContext {
  readonly run: Run;
  readonly progress: Progress;
  /** Where an installed toolchain belongs. */
  readonly target: string;
  /** The sources before this one; for the line that explains a long wait. */
  readonly earlier: readonly FailedSource[];
}

/** A source that gave nothing, and why. */
export interface FailedSource {
  readonly name: string;
  readonly missing: string;
}

/** The version that a `pulumi` says it has, e.g. `3.259.0`; undefined when it does not run. */
export async function versionOf(folder: string, run: Run): Promise<string | undefined> {
  const result = await run(join(folder, "pulumi"), ["version"], {
    timeout: 20,
    env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  return result.code === 0 ? /v?(\d+\.\d+\.\d+\S*)/.exec(result.stdout)?.[1] : undefined;
}
