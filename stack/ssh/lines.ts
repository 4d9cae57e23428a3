import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { linesOf, printable } from "../../lib/printable";

/** A running program, with its output line by line. */
export interface RemoteLines {
  /** Exit code of the program; 127 when it could not be started. */
  readonly ended: Promise<number>;
  /** Lines of stdout as they are: make them printable before a person sees them. A slow reader slows the program down. */
  readonly lines: AsyncIterableIterator<string>;
  readonly stop: () => void;
}

/**
 * Starts a program and gives its lines as they come. Nothing is collected, so it may run for days.
 *
 * @param onError gets each line of stderr, printable
 */
export function startLines(program: string, args: readonly string[], onError: (line: string) => void): RemoteLines {
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number>((resolve) => {
    child.on("error", (error) => {
      onError(`${program}: ${error.message}`);
      resolve(127);
    });
    child.on("close", (code) => resolve(code ?? 1));
  });
  void forEachLine(child.stderr, onError);
  return {
    ended,
    lines: linesOf(child.stdout),
    stop: () => child.kill("SIGTERM"),
  };
}

async function forEachLine(stream: Readable, act: (line: string) => void): Promise<void> {
  for await (const line of linesOf(stream)) act(printable(line));
}
