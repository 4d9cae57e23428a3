import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { linesOf } from "../printable";

/**
 * Gives the terminal to another program and returns its exit code. Ctrl-C goes to that program alone, which decides
 * how to end: Pulumi finishes what it has begun. This process then reports the result.
 *
 * @param options.shown changes each line of output before a person sees it; the program then has no terminal for it
 */
export function runInForeground(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; timeout?: number; shown?: (line: string) => string } = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: options.shown ? ["inherit", "pipe", "pipe"] : "inherit",
      env: options.env,
      cwd: options.cwd,
    });
    if (options.shown) showOutput(child, options.shown);
    const ignore = () => undefined;
    // A terminal sends SIGINT to both; SIGTERM reaches this process only.
    const passOn = () => child.kill("SIGTERM");
    process.on("SIGINT", ignore);
    process.on("SIGTERM", passOn);
    // At the first SIGINT, Pulumi ends in order. SIGKILL follows 20 s later.
    const timer =
      options.timeout === undefined ? undefined : setTimeout(() => child.kill("SIGINT"), options.timeout * 1000);
    const forced =
      options.timeout === undefined
        ? undefined
        : setTimeout(() => child.kill("SIGKILL"), (options.timeout + 20) * 1000);
    const finish = () => {
      clearTimeout(timer);
      clearTimeout(forced);
      process.off("SIGINT", ignore);
      process.off("SIGTERM", passOn);
    };
    child.on("error", (error) => {
      finish();
      reject(error);
    });
    child.on(options.shown ? "close" : "exit", (code: number | null, signal: NodeJS.Signals | null) => {
      finish();
      resolve(code ?? (signal === "SIGINT" ? 130 : 143));
    });
  });
}

/** Shows the lines of a program whose output comes through pipes, each as `shown` changes it. */
export function showOutput(
  child: Pick<ChildProcess, "stdout" | "stderr">,
  shown: (line: string) => string,
  to: { readonly stdout: NodeJS.WritableStream; readonly stderr: NodeJS.WritableStream } = process,
): void {
  for (const name of ["stdout", "stderr"] as const) void show(child[name], to[name], shown);
}

async function show(from: Readable | null, to: NodeJS.WritableStream, shown: (line: string) => string): Promise<void> {
  if (from) for await (const line of linesOf(from)) to.write(`${shown(line)}\n`);
}
