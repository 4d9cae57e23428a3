import { spawn } from "node:child_process";

/** How a command ended, for callers to whom a refusal is an answer. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a command is run. */
export interface CommandOptions {
  /** What the command reads from its standard input. */
  readonly input?: string;
  /** Called for each line on standard error, while the command runs. */
  readonly onLine?: (line: string) => void;
}

/** Runs a command and returns how it ended; rejects only when it could not be started. */
export function tryRun(command: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, LC_ALL: "C.UTF-8" } });
    let stdout = "";
    let stderr = "";
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      if (options.onLine === undefined) return;
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) options.onLine(line);
    });
    child.on("error", (error) => {
      reject(new Error(`cannot run ${command}: ${error.message}`));
    });
    child.on("close", (code, signal) => {
      resolve({ code: code ?? 1, stdout, stderr: signal === null ? stderr : `${stderr}ended by ${signal}` });
    });
    // A command that ends before it has read its input is judged by its exit code, not by the broken pipe.
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.input ?? "");
  });
}

/**
 * Runs a command and returns what it printed.
 *
 * @throws naming the command, its exit code and what it said, when it fails
 */
export async function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const result = await tryRun(command, args, options);
  if (result.code !== 0) {
    const said = (result.stderr || result.stdout).trim().slice(-2000);
    throw new Error(`${[command, ...args].join(" ").slice(0, 400)} failed with exit code ${result.code}: ${said}`);
  }
  return result.stdout;
}
