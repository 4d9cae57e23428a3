import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Status } from "../../stack/local/status";
import type { LoadResult } from "../load/outcomes";
import { addressPlan } from "../../local/network/addresses";
import { currentSlot } from "../../local/network/slots";
import { localPaths } from "../../local/paths";
import { run, type RunOptions, type RunResult } from "../../lib/run";

const REPOSITORY = resolve(__dirname, "../..");

/**
 * A copy of the checkout with a local cloud of its own. Tests and benchmarks use it as people do, through the command
 * line. It leaves alone what else runs on this computer, and the settings in the checkout.
 */
export class Clone {
  readonly paths: ReturnType<typeof localPaths>;
  private readonly settings: string;

  /**
   * @param folder a checkout of another revision. @default a copy of this one, what is not committed included
   * @param https whether its stack has certificates, as `make local` has it. Most figures and tests are about something
   * else, and over plain http. @default false
   */
  constructor(
    readonly name: string,
    readonly folder = mkdtempSync(join(tmpdir(), "holdfast-clone-")),
    { https = false } = {},
  ) {
    this.paths = localPaths(name);
    this.settings = `Pulumi.${name}.yaml`;
    if (!existsSync(join(folder, "Pulumi.yaml"))) this.update();
    const settings = readFileSync(join(folder, "Pulumi.local.yaml"), "utf8");
    writeFileSync(join(folder, this.settings), https ? settings : settings.replace(/^ {2}holdfast:https:.*\n/m, ""));
  }

  /** Makes its files those of this checkout, as `git pull` and `npm ci` would. Its own settings stay. */
  update(): void {
    for (const file of readdirSync(this.folder).filter((one) => one !== this.settings)) {
      rmSync(join(this.folder, file), { recursive: true });
    }
    const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    const files = execFileSync("git", list, { cwd: REPOSITORY, encoding: "utf8" }).split("\0");
    for (const file of files.filter((one) => one !== "")) {
      mkdirSync(dirname(join(this.folder, file)), { recursive: true });
      // A file that was deleted but not committed yet is listed all the same.
      cpSync(join(REPOSITORY, file), join(this.folder, file), { force: true, errorOnExist: false });
    }
    symlinkSync(join(REPOSITORY, "node_modules"), join(this.folder, "node_modules"));
  }

  /** Takes the cloud down, whatever state it is in, and the checkout away. */
  async remove(): Promise<void> {
    await this.holdfast(["local", "down"]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Changes a file of the checkout; returns a function that puts the old content back. */
  edit(file: string, change: (text: string) => string): () => void {
    const path = join(this.folder, file);
    const before = readFileSync(path, "utf8");
    const after = change(before);
    if (after === before) throw new Error(`${file} has nothing to change`);
    writeFileSync(path, after);
    return () => writeFileSync(path, before);
  }

  editSettings(change: (text: string) => string): () => void {
    return this.edit(this.settings, change);
  }

  /** `npx holdfast …` */
  holdfast(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const own = this.options();
    return run(process.execPath, ["bin/holdfast", ...args], {
      ...own,
      ...options,
      env: { ...own.env, ...options.env },
    });
  }

  /** The same for a command that has to succeed. @throws with what it wrote, when it does not */
  async holdfastOrThrow(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const result = await this.holdfast(args, options);
    const { code, stdout, stderr } = result;
    if (code !== 0)
      throw new Error(`holdfast ${args.join(" ")} ended with ${code}:\n${stdout.slice(-3000)}\n${stderr}`);
    return result;
  }

  /** `pulumi …`, by hand, after the one line that sets the environment. */
  pulumi(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const line = 'eval "$(node bin/holdfast local env)" && exec pulumi --non-interactive --color never "$@"';
    const own = this.options();
    return run("/bin/sh", ["-c", line, "pulumi", ...args], { ...own, ...options, env: { ...own.env, ...options.env } });
  }

  async status(): Promise<Status> {
    return JSON.parse((await this.holdfast(["local", "status", "--json"])).stdout) as Status;
  }

  /** What a command says inside a machine. */
  async onMachine(machine: string, command: string): Promise<string> {
    const { code, stdout, stderr } = await this.holdfast(["local", "exec", machine, "--", "sh", "-c", command]);
    if (code !== 0) throw new Error(`${machine}: ${command}: ${stderr}`);
    return stdout.trim();
  }

  /** Sends requests from the visitors' side while `work` runs. */
  async underLoad(url: string, rate: number, work: () => Promise<void>): Promise<LoadResult> {
    const stop = new AbortController();
    // From several sources: this load is not meant to reach the limits per source.
    const sources = addressPlan(currentSlot(this.name) ?? 0).visitorIpv4;
    const options = JSON.stringify({ url, rate, duration: 300, sources });
    const load = ["--require", "ts-node/register", "drills/load/load.ts", options];
    const running = this.holdfast(["local", "internet", "--", process.execPath, ...load], { signal: stop.signal });
    try {
      await work();
    } finally {
      stop.abort();
    }
    return JSON.parse((await running).stdout) as LoadResult;
  }

  private options(): RunOptions {
    // Nothing of the cloud that the caller works with.
    const foreign = Object.keys(process.env).filter((key) => /^(HCLOUD|PULUMI)_/.test(key));
    const env = Object.fromEntries(foreign.map((key) => [key, undefined]));
    return { cwd: this.folder, timeout: 600, env: { ...env, HOLDFAST_LOCAL: this.name } };
  }
}
