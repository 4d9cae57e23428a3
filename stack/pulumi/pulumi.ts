import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type DaemonInfo, localPaths } from "../../local/paths";
import type { Pulumi } from "../../toolchain/pulumi";
import { lastLines, run } from "../../lib/run";
import { CHECKOUT } from "../checkout";
import { localEnvironment, mergedEnvironment, withReason } from "../environment";
import { UserError } from "../../lib/errors";
import { runInForeground } from "../../lib/terminal/foreground";
import { stateFile } from "../state";

/** The local stack, as the `pulumi` command sees it. */
export class LocalStack {
  private readonly command: string;
  private readonly environment: NodeJS.ProcessEnv;

  constructor(
    pulumi: Pulumi,
    private readonly daemon: DaemonInfo,
  ) {
    this.command = join(pulumi.folder, "pulumi");
    this.environment = mergedEnvironment(localEnvironment(pulumi, daemon));
  }

  /** Makes the stack where there is none yet. */
  async ensure(): Promise<void> {
    const { name } = this.daemon;
    if (existsSync(stateFile(name))) return;
    mkdirSync(localPaths(name).pulumi, { recursive: true, mode: 0o700 });
    const made = await run(this.command, ["stack", "init", name, "--no-select", "--non-interactive"], {
      cwd: CHECKOUT,
      env: this.environment,
      timeout: 60,
    });
    if (made.code !== 0) throw new UserError(`pulumi could not make the stack "${name}": ${lastLines(made)}`);
  }

  /**
   * `pulumi up`, shown as it goes. Gives Pulumi's exit code.
   *
   * @param refresh whether to ask first how things really are
   * @param message what stands in the stack's history and in its lease
   */
  up(refresh: boolean, message?: string): Promise<number> {
    const flags = [...(refresh ? ["--refresh"] : []), ...(message === undefined ? [] : ["--message", message])];
    return this.show(["up", "--yes", "--skip-preview", "--suppress-outputs", ...flags], { reason: message });
  }

  /**
   * `pulumi destroy`, shown as it goes. Gives Pulumi's exit code.
   *
   * @param timeout seconds after which Pulumi is asked to end
   */
  destroy(timeout: number): Promise<number> {
    return this.show(["destroy", "--yes", "--skip-preview", "--suppress-outputs"], { timeout });
  }

  private show(args: readonly string[], { reason, timeout }: { reason?: string; timeout?: number }): Promise<number> {
    const env = withReason(this.environment, reason);
    return runInForeground(this.command, args, { cwd: CHECKOUT, env, timeout });
  }
}
