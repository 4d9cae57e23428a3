import { spawn } from "node:child_process";
import type { CommandResult } from "../../local/machines/command";

/**
 * Runs a program until it ends, or until the signal: then it is asked to end, with SIGTERM, and has all the time that it
 * needs to bring what it has begun to its end. Visitors wait for their answers.
 */
export function untilAsked(program: string, args: readonly string[], signal?: AbortSignal): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const ask = () => void child.kill("SIGTERM");
    signal?.addEventListener("abort", ask, { once: true });
    child.on("error", reject);
    child.on("close", (code) => {
      signal?.removeEventListener("abort", ask);
      resolve({ code: code ?? 1, stdout, stderr });
    });
  });
}
