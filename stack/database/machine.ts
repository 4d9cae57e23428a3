import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { tryRun, type CommandResult } from "../../local/machines/command";
import { backupPaths } from "../../roles/database/backup/paths";
import { UserError } from "../../lib/errors";
import { allTargets, type Target } from "../machines/targets";
import { runInForeground } from "../../lib/terminal/foreground";
import { onMachine } from "../ssh/route";
import { stackState } from "../pulumi/project";
import type { StackState } from "../state";

/** Work that goes on, on the machine, when nobody watches. */
export type Job = "backup" | "restore" | "import" | "verify" | "proof";

/** OpenSSH's exit code when the connection breaks. */
const CONNECTION_BROKE = 255;

/** The machine that has the stack's database, spoken to over SSH. */
export class DatabaseMachine {
  private constructor(
    readonly stack: string,
    /** What Pulumi has noted of the stack. */
    readonly state: StackState,
    private readonly route: Target,
    /** Machines that the app's instances are on. */
    readonly appMachines: readonly Target[],
  ) {}

  /** @throws when the stack has no database with backups */
  static async of(stack: string): Promise<DatabaseMachine> {
    const state = await stackState(stack);
    const targets = allTargets(state);
    const database = targets.find(({ roles }) => roles.includes("database"));
    if (!database)
      throw new UserError(`the stack "${stack}" has no database: set holdfast:database and run \`pulumi up\``);
    return new DatabaseMachine(
      stack,
      state,
      database,
      targets.filter(({ roles }) => roles.includes("app")),
    );
  }

  get name(): string {
    return this.route.machine;
  }

  /** What the program there answers. @throws with what it says when it refuses */
  async ask<T>(args: readonly string[], request?: object): Promise<T> {
    return JSON.parse(await this.tell(args, request)) as T;
  }

  /** As `ask`, for answers in words. */
  async tell(args: readonly string[], request?: object): Promise<string> {
    const input = request === undefined ? "" : JSON.stringify(request);
    const answer = await this.runOn(this.route, ["sudo", backupPaths.command, ...args], input);
    if (answer.code === 0) return answer.stdout;
    throw new UserError(`${this.name}: ${refusal(answer, this.stack)}`);
  }

  /** Begins a job and shows it to its end; returns its exit code. */
  async runJob(job: Job, request: object = {}): Promise<number> {
    await this.tell(["start", job], request);
    return this.follow(job);
  }

  /** Shows a job to its end; a connection that breaks is made again, for the job goes on meanwhile. */
  async follow(job: Job): Promise<number> {
    for (let broken = 0; ; broken++) {
      const command = ["sudo", backupPaths.command, "follow", job];
      const code = await onMachine(this.stack, this.route, command, runInForeground);
      if (code !== CONNECTION_BROKE) return code;
      const again = `npx holdfast backup follow ${job} --stack ${this.stack}`;
      if (broken === 5)
        throw new UserError(
          `the connection to ${this.name} broke too often; ${job} goes on there: \`${again}\` shows it`,
        );
      console.error(`the connection broke; ${job} goes on there; connecting again`);
      await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }

  /** Sends a file to a command there; returns what it answers. */
  async upload(path: string, args: readonly string[], onBytes: (bytes: number) => void): Promise<string> {
    const answer = await onMachine(
      this.stack,
      this.route,
      ["sudo", backupPaths.command, ...args],
      (program, ssh) =>
        new Promise<CommandResult>((resolve, reject) => {
          const child = spawn(program, ssh, { stdio: ["pipe", "pipe", "pipe"] });
          const written = { stdout: "", stderr: "" };
          child.stdout.on("data", (data) => (written.stdout += String(data)));
          child.stderr.on("data", (data) => (written.stderr += String(data)));
          child.on("error", reject);
          child.on("close", (code) => resolve({ code: code ?? 1, ...written }));
          let sent = 0;
          const file = createReadStream(path, { highWaterMark: 1024 * 1024 });
          file.on("data", (chunk) => onBytes((sent += chunk.length)));
          file.on("error", reject);
          // A command that refuses ends before it has read all: its exit code tells why.
          child.stdin.on("error", () => file.destroy());
          file.pipe(child.stdin);
        }),
    );
    if (answer.code === 0) return answer.stdout.trim();
    throw new UserError(`${this.name}: ${refusal(answer, this.stack)}`);
  }

  private runOn(machine: Target, command: readonly string[], input = ""): Promise<CommandResult> {
    return onMachine(this.stack, machine, command, (program, args) => tryRun(program, args, { input }));
  }
}

function refusal({ code, stderr, stdout }: CommandResult, stack: string): string {
  const said = (stderr || stdout).trim();
  if (/command not found/.test(said))
    return `the stack "${stack}" has no backups: set holdfast:backup and run \`pulumi up\``;
  return said || `exit code ${code}`;
}
