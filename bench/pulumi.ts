import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHECKOUT } from "../stack/checkout";
import { commonEnvironment, LOCAL_PASSPHRASE, mergedEnvironment } from "../stack/environment";
import { targetEnvironment } from "../stack/preview/target";
import { startStandIns } from "../local/standIns";
import { obtainPulumi } from "../toolchain/pulumi";
import { run } from "../lib/run";

/** The stack that benchmarks preview. */
export const STACK = "local";

/** What a benchmark of previews works with. */
export interface Workplace {
  /** Removed at the end. */
  readonly folder: string;
  /** The `pulumi` program. */
  readonly command: string;
  readonly environment: NodeJS.ProcessEnv;
  /** @throws when it fails */
  pulumi(cwd: string, ...args: string[]): Promise<void>;
}

/** Pulumi with an empty state, the stand-ins and a stack that nobody made yet, for as long as the work takes. */
export async function withPulumi<T>(work: (place: Workplace) => Promise<T>): Promise<T> {
  const { folder: programs } = await obtainPulumi();
  const standIns = await startStandIns();
  const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
  try {
    const command = join(programs, "pulumi");
    const environment = mergedEnvironment({
      PATH: programs,
      ...commonEnvironment(standIns.ports),
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: LOCAL_PASSPHRASE,
      ...targetEnvironment(STACK, folder, {}),
    });
    const pulumi = async (cwd: string, ...args: string[]) => {
      const { code, stdout, stderr } = await run(command, args, { cwd, env: environment, timeout: 300 });
      if (code !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${stdout}\n${stderr}`);
    };
    await pulumi(CHECKOUT, "stack", "init", STACK, "--no-select");
    return await work({ folder, command, environment, pulumi });
  } finally {
    await standIns.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
