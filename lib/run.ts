import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** How a program is run. */
export interface RunOptions {
  readonly cwd?: string;
  /** Added to this process's environment; `undefined` takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Seconds until the program is ended. @default no limit */
  readonly timeout?: number;
  /** For its standard input. @default nothing is there to read */
  readonly input?: string;
  /** Called for each line of stdout and stderr as it comes. */
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** How a program ended. */
export interface RunResult {
  /** Exit code; 127 when the program is not there, 124 when it was ended because of its time limit. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end and collects what it wrote. Never throws: a program that cannot start has code 127. */
export type Run = (command: string, args: readonly string[], options?: RunOptions) => Promise<RunResult>;

/** Runs a program without a shell; never rejects, the exit code says how it went. */
export const run: Run = (command, args, options = {}) =>
  new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: [options.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    // A program that ends before it has read all tells why by its exit code.
    child.stdin?.on("error", () => undefined).end(options.input);
    const ending = endInTime(child, options);
    const stdout = collect(child.stdout, options.onLine);
    const stderr = collect(child.stderr, options.onLine);
    child.on("error", (error) => {
      ending.clear();
      resolve({ code: 127, stdout: "", stderr: `${command}: ${error.message}` });
    });
    child.on("close", (code) => {
      ending.clear();
      resolve({ code: ending.timedOut() ? 124 : (code ?? 1), stdout: stdout(), stderr: stderr() });
    });
  });

/** Ends the program at its time limit or when the signal aborts: SIGTERM, and SIGKILL 5 s later. */
function endInTime(child: ChildProcess, options: RunOptions) {
  let late = false;
  let forced: NodeJS.Timeout | undefined;
  const end = () => {
    child.kill("SIGTERM");
    forced = setTimeout(() => child.kill("SIGKILL"), 5000);
  };
  const timer =
    options.timeout === undefined
      ? undefined
      : setTimeout(() => {
          late = true;
          end();
        }, options.timeout * 1000);
  options.signal?.addEventListener("abort", end, { once: true });
  return {
    timedOut: () => late,
    clear() {
      clearTimeout(timer);
      clearTimeout(forced);
      options.signal?.removeEventListener("abort", end);
    },
  };
}

function collect(stream: NodeJS.ReadableStream | null, onLine?: (line: string) => void): () => string {
  let all = "";
  let rest = "";
  if (!stream) return () => all;
  stream.setEncoding("utf8");
  stream.on("data", (chunk: string) => {
    all += chunk;
    if (!onLine) return;
    const lines = (rest + chunk).split(/\r?\n|\r/);
    rest = lines.pop() ?? "";
    lines.filter((line) => line.trim() !== "").forEach(onLine);
  });
  stream.on("end", () => {
    if (rest.trim() !== "") onLine?.(rest);
  });
  return () => all;
}

/** The last lines of the output of a program, which show a person why it failed. */
export function lastLines(result: RunResult, count = 5): string {
  const lines = `${result.stdout}\n${result.stderr}`.split("\n").filter((line) => line.trim() !== "");
  return lines.slice(-count).join("\n");
}

/** The path of a program on the PATH or in `sbin` folders, which users often lack; undefined if there is none. */
export function which(command: string, path = process.env.PATH ?? ""): string | undefined {
  return [...path.split(delimiter), "/usr/sbin", "/sbin"]
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, command))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
