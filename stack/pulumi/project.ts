import { join } from "node:path";
import { officialEndpoint, type OpenTarget, type Target } from "../../blueprint/target";
import { obtainPulumi, type Pulumi } from "../../toolchain/pulumi";
import { lastLines, run, type RunResult } from "../../lib/run";
import { CHECKOUT, requireSettingsFile } from "../checkout";
import { localEnvironment, mergedEnvironment } from "../environment";
import { UserError } from "../../lib/errors";
import { requireDaemon } from "../local/client";
import { localCloudOf } from "../localCloud";
import { ensureAdminKey } from "../local/adminKey";
import { runInForeground } from "../../lib/terminal/foreground";
import { readSettingsFile } from "../settingsFile";
import { parseState, readState, type StackState } from "../state";
import { readVariable } from "../../lib/environmentVariables";
import { type DaemonInfo, localPaths } from "../../local/paths";
import { mkdirSync } from "node:fs";

/** Seconds for what only reads. */
const READ_LIMIT = 300;

/** A stack with settings at Hetzner or in a local cloud, and `pulumi` for it. */
export class Project {
  private readonly command: string;

  private constructor(
    readonly stack: string,
    pulumi: Pulumi,
    private readonly environment: NodeJS.ProcessEnv,
    private readonly localTarget?: OpenTarget,
  ) {
    this.command = join(pulumi.folder, "pulumi");
  }

  /**
   * For a local stack with the environment of its local cloud, for another one with the caller's.
   *
   * @throws UserError when the stack has no settings, or its local cloud does not run
   */
  static async open(stack: string): Promise<Project> {
    requireSettingsFile(stack);
    const pulumi = await obtainPulumi();
    const cloud = localCloudOf(stack);
    if (cloud) {
      await ensureAdminKey(cloud.adminKey, stack);
      return Project.inCloud(await requireDaemon(cloud.name), pulumi, stack);
    }
    // Login, passphrase and plugins are the caller's own.
    const environment = mergedEnvironment({ PATH: pulumi.folder, PULUMI_SKIP_UPDATE_CHECK: "true" });
    return new Project(stack, pulumi, environment);
  }

  /** A stack of a running local cloud. @param stack @default the one of the cloud's own name */
  static inCloud(daemon: DaemonInfo, pulumi: Pulumi, stack = daemon.name): Project {
    mkdirSync(localPaths(daemon.name).pulumi, { recursive: true, mode: 0o700 });
    const environment = mergedEnvironment(localEnvironment(pulumi, daemon, stack));
    return new Project(stack, pulumi, environment, { endpoint: daemon.endpoint, token: daemon.token });
  }

  /**
   * `pulumi up` without questions, shown as it goes. Gives Pulumi's exit code.
   *
   * @param message for the stack's history and lease
   * @param environment what the program is told beside its settings
   */
  update(flags: readonly string[], message?: string, environment: NodeJS.ProcessEnv = {}): Promise<number> {
    const words = message === undefined ? flags : [...flags, "--message", message];
    return this.show(["up", "--yes", "--skip-preview", "--suppress-outputs", ...words], {
      reason: message,
      environment,
    });
  }

  /**
   * `pulumi destroy` without questions, shown as it goes. Gives Pulumi's exit code.
   *
   * @param timeout seconds after which Pulumi is asked to end
   */
  destroy(timeout?: number): Promise<number> {
    return this.show(["destroy", "--yes", "--skip-preview", "--suppress-outputs"], { timeout });
  }

  /** Runs `pulumi …` and gives its output. @param input for its standard input: a secret is no argument */
  run(args: readonly string[], timeout = READ_LIMIT, input?: string): Promise<RunResult> {
    return run(this.command, [...args, "--stack", this.stack, "--non-interactive"], {
      cwd: CHECKOUT,
      env: this.environment,
      timeout,
      ...(input !== undefined && { input }),
    });
  }

  /**
   * Creates a local stack if it does not exist. A person creates any other, and chooses how its secrets are
   * encrypted.
   */
  async ensure(): Promise<void> {
    if (this.localTarget ? readState(this.stack) : await this.state()) return;
    if (!this.localTarget) {
      throw new UserError(
        `the stack "${this.stack}" does not exist yet: \`pulumi stack init ${this.stack}\`, and commit Pulumi.${this.stack}.yaml`,
      );
    }
    const made = await this.run(["stack", "init", "--no-select"], 60);
    if (made.code !== 0) throw new UserError(`pulumi could not make the stack "${this.stack}": ${lastLines(made)}`);
  }

  /** The recorded state with encrypted secrets; undefined if the stack does not exist. */
  async state(): Promise<StackState | undefined> {
    const exported = await this.run(["stack", "export"]);
    if (exported.code === 0) return parseState(JSON.parse(exported.stdout));
    if (/no stack named/.test(exported.stderr)) return undefined;
    throw new UserError(`pulumi does not give the state of "${this.stack}": ${pulumiFailure(exported)}`);
  }

  private show(
    args: readonly string[],
    more: { reason?: string; timeout?: number; environment?: NodeJS.ProcessEnv },
  ): Promise<number> {
    const { reason, timeout, environment } = more;
    // Others who wait for the lease read the reason. One that the caller's environment gives counts first.
    const ownReason = readVariable("HOLDFAST_REASON", this.environment);
    const env = { ...this.environment, ...environment, ...(reason && !ownReason && { HOLDFAST_REASON: reason }) };
    return runInForeground(this.command, [...args, "--stack", this.stack], { cwd: CHECKOUT, env, timeout });
  }

  /**
   * The cloud of the stack, by its settings and the environment. The token may be missing.
   *
   * @throws UserError when the settings cannot be decrypted
   */
  async target(): Promise<Target> {
    // Pulumi decrypts only what is there: most local stacks have no second project.
    if (this.localTarget && !hasBackupToken(this.stack)) return this.localTarget;
    const config = await this.config();
    const storageToken = backupSettings(config["holdfast:backup"]).token;
    const { HCLOUD_ENDPOINT, HCLOUD_TOKEN } = process.env;
    return {
      ...(this.localTarget ?? {
        endpoint: config["hcloud:endpoint"] ?? HCLOUD_ENDPOINT ?? officialEndpoint,
        token: config["hcloud:token"] ?? HCLOUD_TOKEN,
      }),
      ...(storageToken !== undefined && { storageToken }),
    };
  }

  /**
   * The stack's configuration with its secrets decrypted, groups as JSON. Empty for a stack that does not exist.
   *
   * @throws UserError when it cannot be decrypted
   */
  async config(): Promise<Readonly<Record<string, string>>> {
    const shown = await this.run(["config", "--json", "--show-secrets"]);
    if (shown.code !== 0 && !/no stack named/.test(shown.stderr)) {
      throw new UserError(`pulumi does not give the settings of "${this.stack}": ${pulumiFailure(shown)}`);
    }
    const config = (shown.code === 0 ? JSON.parse(shown.stdout) : {}) as Record<string, { value?: string }>;
    return Object.fromEntries(
      Object.entries(config).flatMap(([key, { value }]) => (value === undefined ? [] : [[key, value]])),
    );
  }
}

/** The secrets in `holdfast:backup`, as `Project.config` gives them. */
export function backupSettings(json = "{}"): {
  readonly token?: string;
  readonly s3?: { readonly accessKey?: string; readonly secretKey?: string };
} {
  return JSON.parse(json) as ReturnType<typeof backupSettings>;
}

function hasBackupToken(stack: string): boolean {
  return backupSettings(readSettingsFile(stack).config["holdfast:backup"]).token !== undefined;
}

/**
 * The recorded state of a stack, without the engine where it is a local one.
 *
 * @throws UserError when there is none
 */
export async function stackState(stack: string): Promise<StackState> {
  const local = readState(stack);
  if (local) return local;
  if (localCloudOf(stack)) {
    throw new UserError(`the local cloud "${stack}" has no stack: start it with \`make local\``);
  }
  const state = await (await Project.open(stack)).state();
  if (state) return state;
  throw new UserError(`the stack "${stack}" does not exist yet: \`pulumi up --stack ${stack}\` makes it`);
}

/** What `pulumi` wrote when it failed. For a missing login, how to log in. */
function pulumiFailure(result: RunResult): string {
  const words = lastLines(result);
  if (!words.includes("PULUMI_ACCESS_TOKEN must be set")) return words;
  return "Pulumi is not logged in. `pulumi login` or PULUMI_BACKEND_URL says where states are kept: docs/environments.md";
}
