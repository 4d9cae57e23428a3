import { delimiter, join } from "node:path";
import { officialEndpoint, type Target } from "../../blueprint/target";
import { obtainPulumi, type Pulumi } from "../../toolchain/pulumi";
import { lastLines, run, type RunResult } from "../../lib/run";
import { CHECKOUT, settingsFile } from "../checkout";
import { localEnvironment, mergedEnvironment, withReason } from "../environment";
import { UserError } from "../../lib/errors";
import { requireDaemon } from "../local/client";
import { localCloudOf } from "../localCloud";
import { ensureAdminKey } from "../local/adminKey";
import { runInForeground } from "../../lib/terminal/foreground";
import { pulumiFailure } from "./pulumiFailure";
import { parseState, type StackState } from "../state";

/** Seconds for what only reads. */
const READ_LIMIT = 300;

/** A stack with settings, wherever it lives, and `pulumi` for it. */
export class Project {
  private constructor(
    readonly stack: string,
    private readonly command: string,
    private readonly environment: NodeJS.ProcessEnv,
    private readonly localTarget?: Required<Target>,
  ) {}

  /**
   * A local stack's Pulumi is its local cloud's; any other one is reached as the caller's environment says.
   *
   * @throws UserError when the stack has no settings, or its local cloud does not run
   */
  static async open(stack: string): Promise<Project> {
    const settings = settingsFile(stack);
    if (!settings.exists) throw new UserError(`there is no stack "${stack}": ${settings.name} does not exist`);
    const pulumi = await obtainPulumi();
    const command = join(pulumi.folder, "pulumi");
    const cloud = localCloudOf(stack);
    if (!cloud) return new Project(stack, command, remoteEnvironment(pulumi));
    const daemon = await requireDaemon(cloud.name);
    await ensureAdminKey(cloud.adminKey, stack);
    const environment = mergedEnvironment(localEnvironment(pulumi, daemon, stack));
    return new Project(stack, command, environment, { endpoint: daemon.endpoint, token: daemon.token });
  }

  /**
   * `pulumi …`, shown as it goes. Gives Pulumi's exit code.
   *
   * @param reason for the stack's lease, unless the caller's environment has one
   */
  show(args: readonly string[], reason?: string): Promise<number> {
    const env = withReason(this.environment, reason);
    return runInForeground(this.command, [...args, "--stack", this.stack], { cwd: CHECKOUT, env });
  }

  /** `pulumi …`, for what it says. */
  run(args: readonly string[], timeout = READ_LIMIT): Promise<RunResult> {
    return run(this.command, [...args, "--stack", this.stack, "--non-interactive"], {
      cwd: CHECKOUT,
      env: this.environment,
      timeout,
    });
  }

  /** Makes a local stack where there is none yet. Any other one is made by a person, who chooses how its secrets are kept. */
  async ensure(): Promise<void> {
    if ((await this.state()) !== undefined) return;
    if (!this.localTarget) {
      throw new UserError(
        `the stack "${this.stack}" does not exist yet: \`pulumi stack init ${this.stack}\`, and commit Pulumi.${this.stack}.yaml`,
      );
    }
    const made = await this.run(["stack", "init", "--no-select"], 60);
    if (made.code !== 0) throw new UserError(`pulumi could not make the stack "${this.stack}": ${lastLines(made)}`);
  }

  /** The recorded state. Secrets stay encrypted. Nothing when nobody ever made the stack. */
  async state(): Promise<StackState | undefined> {
    const exported = await this.run(["stack", "export"]);
    if (exported.code === 0) return parseState(JSON.parse(exported.stdout));
    if (/no stack named/.test(exported.stderr)) return undefined;
    throw new UserError(`pulumi does not give the state of "${this.stack}": ${pulumiFailure(exported)}`);
  }

  /**
   * The cloud that the stack's settings and the environment name; without a token where there is none.
   *
   * @throws UserError when the settings cannot be decrypted
   */
  async target(): Promise<Target> {
    if (this.localTarget) return this.localTarget;
    const shown = await this.run(["config", "--json", "--show-secrets"]);
    if (shown.code !== 0 && !/no stack named/.test(shown.stderr)) {
      throw new UserError(`pulumi does not give the settings of "${this.stack}": ${pulumiFailure(shown)}`);
    }
    const config = (shown.code === 0 ? JSON.parse(shown.stdout) : {}) as Record<string, { value?: string }>;
    const { HCLOUD_ENDPOINT, HCLOUD_TOKEN } = process.env;
    return {
      endpoint: config["hcloud:endpoint"]?.value ?? HCLOUD_ENDPOINT ?? officialEndpoint,
      token: config["hcloud:token"]?.value ?? HCLOUD_TOKEN,
    };
  }
}

/** The caller's own environment: login, passphrase, plugins are theirs. */
function remoteEnvironment({ folder }: Pulumi): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PATH: [folder, process.env.PATH].filter(Boolean).join(delimiter),
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}
