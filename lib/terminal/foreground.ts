import { spawn } from "node:child_process";

/**
 * Gives the terminal to another program and returns its exit code. Ctrl-C goes to that program alone, which decides
 * how to end: Pulumi finishes what it has begun. This process then reports the result.
 */
export function runInForeground(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; timeout?: number } = {},
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit", env: options.env, cwd: options.cwd });
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
    child.on("exit", (code, signal) => {
      finish();
      resolve(code ?? (signal === "SIGINT" ? 130 : 143));
    });
  });
}
