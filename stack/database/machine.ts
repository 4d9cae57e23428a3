import { spawn } from "node:child_process";
import { createReadStream } from "node:fs";
import { tryRun, type CommandResult } from "../../local/machines/command";
import { backupPaths } from "../../roles/database/backup/paths";
import { UserError } from "../../lib/errors";
import { parsePrintable, printable } from "../../lib/printable";
import { allTargets, type Target } from "../ssh/targets";
import { runInForeground } from "../../lib/terminal/foreground";
import { onMachine } from "../ssh/route";
import { stackState } from "../pulumi/project";
import type { StackState } from "../state";

/** A job that runs on the machine even when the command ends. */
export type Job = "backup" | "restore" | "load" | "import" | "verify" | "proof";

/** OpenSSH's exit code when the connection breaks. */
const CONNECTION_BROKE = 255;

/** The machine with the database. @throws UserError when the stack has none */
export function databaseTarget(state: StackState, stack: string): Target {
  const database = allTargets(state).find(({ roles }) => roles.includes("database"));
  if (database) return database;
  throw new UserError(`the stack "${stack}" has no database: set holdfast:database and run \`pulumi up\``);
}

/** The machine with the database of a stack, over SSH. */
export class DatabaseMachine {
  private constructor(
    readonly stack: string,
    readonly state: StackState,
    private readonly route: Target,
    /** Machines that run instances of the app. */
    readonly appMachines: readonly Target[],
  ) {}

  /** @throws UserError when the stack has no database */
  static async of(stack: string): Promise<DatabaseMachine> {
    const state = await stackState(stack);
    const apps = allTargets(state).filter(({ roles }) => roles.includes("app"));
    return new DatabaseMachine(stack, state, databaseTarget(state, stack), apps);
  }

  get name(): string {
    return this.route.machine;
  }

  /** The answer of the program on the machine. @throws UserError with its message when it refuses */
  async ask<T>(args: readonly string[], request?: object): Promise<T> {
    return parsePrintable(await this.answer(args, request)) as T;
  }

  /** As `ask`, for answers that are plain text. */
  async tell(args: readonly string[], request?: object): Promise<string> {
    return printable(await this.answer(args, request));
  }

  private async answer(args: readonly string[], request?: object): Promise<string> {
    const input = request === undefined ? "" : JSON.stringify(request);
    const answer = await this.runOn(this.route, ["sudo", backupPaths.command, ...args], input);
    if (answer.code === 0) return answer.stdout;
    throw new UserError(`${this.name}: ${refusal(answer, this.stack)}`);
  }

  /** Starts a job and shows it to its end; returns its exit code. */
  async runJob(job: Job, request: object = {}): Promise<number> {
    await this.tell(["start", job], request);
    return this.follow(job);
  }

  /** Shows a job to its end. The job continues when the connection breaks, so it connects again. */
  async follow(job: Job): Promise<number> {
    for (let broken = 0; ; broken++) {
      const command = ["sudo", backupPaths.command, "follow", job];
      const code = await onMachine(this.stack, this.route, command, (program, args) =>
        runInForeground(program, args, { shown: printable }),
      );
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

  /** Sends a file to a command on the machine; returns its answer. */
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
          // A command that refuses ends before it has read everything. Its exit code shows why.
          child.stdin.on("error", () => file.destroy());
          file.pipe(child.stdin);
        }),
    );
    if (answer.code === 0) return printable(answer.stdout.trim());
    throw new UserError(`${this.name}: ${refusal(answer, this.stack)}`);
  }

  private runOn(machine: Target, command: readonly string[], input = ""): Promise<CommandResult> {
    return onMachine(this.stack, machine, command, (program, args) => tryRun(program, args, { input }));
  }
}

function refusal({ code, stderr, stdout }: CommandResult, stack: string): string {
  const output = (stderr || stdout).trim();
  if (/command not found/.test(output))
    return `the stack "${stack}" has no backups: set holdfast:backup and run \`pulumi up\``;
  return printable(output) || `exit code ${code}`;
}
