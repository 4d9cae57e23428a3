import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { standInSecrets } from "../../blueprint/settingsSource";
import type { Pulumi } from "../../toolchain/pulumi";
import { lastLines, run, type RunResult } from "../../lib/run";
import { CHECKOUT } from "../checkout";
import { commonEnvironment, LOCAL_PASSPHRASE, mergedEnvironment } from "../environment";
import { UserError } from "../../lib/errors";
import { runInForeground } from "../../lib/terminal/foreground";
import { type Digest, parseDigest } from "./digest";
import { plainSettings } from "./plainSettings";
import { targetEnvironment } from "./target";

/** What a preview without a cloud needs. */
export interface WorkspaceOptions {
  readonly pulumi: Pulumi;
  readonly stack: string;
  /** The stack's settings, as they stand in `Pulumi.<stack>.yaml`. */
  readonly settings: string;
  /** Folder of the program. @default this checkout */
  readonly program?: string;
  /** Ports of plugins that are served for this run, by name. @default none: Pulumi's own */
  readonly plugins?: Readonly<Record<string, number>>;
}

/** Seconds; a preview of 200 machines takes about ten. */
const PREVIEW_LIMIT = 300;

/**
 * A temporary folder for previews of one stack, with Pulumi's state, salt and a copy of the settings without secrets.
 * It changes nothing in the checkout, uses nothing of the caller's Pulumi, and needs no passphrase.
 */
export class PreviewWorkspace {
  private readonly folder = mkdtempSync(join(tmpdir(), "holdfast-preview-"));
  private readonly environment: NodeJS.ProcessEnv;
  private readonly command: string;
  private readonly file: string;

  private constructor(private readonly options: WorkspaceOptions) {
    const { pulumi, stack, plugins } = options;
    this.command = join(pulumi.folder, "pulumi");
    this.file = join(this.folder, `Pulumi.${stack}.yaml`);
    this.environment = mergedEnvironment({
      PATH: pulumi.folder,
      ...commonEnvironment(plugins),
      PULUMI_BACKEND_URL: `file://${this.folder}`,
      PULUMI_CONFIG_PASSPHRASE: LOCAL_PASSPHRASE,
      PULUMI_STACK: stack,
      ...standInSecrets,
      ...targetEnvironment(stack, this.folder, process.env),
    });
  }

  /** Works in a new workspace and removes it. @throws UserError when Pulumi cannot make a stack there */
  static async use<T>(options: WorkspaceOptions, work: (workspace: PreviewWorkspace) => Promise<T>): Promise<T> {
    const workspace = new PreviewWorkspace(options);
    try {
      await workspace.makeStack();
      return await work(workspace);
    } finally {
      rmSync(workspace.folder, { recursive: true, force: true });
    }
  }

  /** The token that the hcloud provider gets here. */
  get token(): string {
    return this.environment.HCLOUD_TOKEN ?? "";
  }

  /** How this stack's secrets are encrypted, as a deployment names it. */
  get secretsProvider(): { type: string; state: { salt: string } } {
    const { encryptionsalt: salt = "" } = parse(readFileSync(this.file, "utf8")) as { encryptionsalt?: string };
    return { type: "passphrase", state: { salt } };
  }

  /** A preview as people read it. Gives Pulumi's exit code. */
  show(flags: readonly string[]): Promise<number> {
    return runInForeground(this.command, ["preview", "--config-file", this.file, ...flags], {
      cwd: this.program,
      env: this.environment,
    });
  }

  /**
   * A preview as data. It ignores protection, so that it shows all changes; the reader says what protection refuses.
   *
   * @throws UserError when Pulumi gives no preview at all
   */
  async digest(): Promise<Digest> {
    const args = ["preview", "--json", "--ignore-protect", "--config-file", this.file, "--non-interactive"];
    const result = await this.run(args, this.program, PREVIEW_LIMIT);
    if (!result.stdout.trimStart().startsWith("{")) {
      throw new UserError(`pulumi gives no preview of the stack "${this.options.stack}": ${lastLines(result)}`);
    }
    return parseDigest(result.stdout);
  }

  /** Makes a deployment the stack's state. */
  async import(deployment: unknown): Promise<void> {
    const file = join(this.folder, "deployment.json");
    writeFileSync(file, JSON.stringify(deployment), { mode: 0o600 });
    await this.must(["stack", "import", "--file", file, "--non-interactive"]);
  }

  private get program(): string {
    return this.options.program ?? CHECKOUT;
  }

  private async makeStack(): Promise<void> {
    const { stack, settings } = this.options;
    const { yaml, secrets } = plainSettings(settings);
    cpSync(join(CHECKOUT, "Pulumi.yaml"), join(this.folder, "Pulumi.yaml"));
    writeFileSync(this.file, yaml);
    await this.must(["stack", "init", stack, "--no-select", "--non-interactive"]);
    const pairs = Object.entries(secrets).flatMap(([path, value]) => ["--secret", `${path}=${value}`]);
    if (pairs.length > 0) await this.must(["config", "set-all", "--path", "--non-interactive", ...pairs]);
  }

  private async must(args: readonly string[]): Promise<void> {
    const { stack } = this.options;
    const result = await this.run(args, this.folder, 60);
    if (result.code !== 0) throw new UserError(`pulumi cannot preview the stack "${stack}": ${lastLines(result)}`);
  }

  private run(args: readonly string[], cwd: string, timeout: number): Promise<RunResult> {
    return run(this.command, args, { cwd, env: this.environment, timeout });
  }
}
