import { printable } from "../../lib/printable";
import { showOutput } from "../../lib/terminal/foreground";
import { type ChildProcess, spawn } from "node:child_process";

/** Seconds between two signs of life. The machine ends a session after 20 s without one. */
const beatInterval = 5;

/**
 * Keeps a session until it ends on the machine or by Ctrl-C. Gives the exit code of the program on the machine.
 * Its input is a pipe from this process: the machine sees the end of it even when this process is killed.
 */
export function keepSession(program: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    // Set before the program starts: a signal may come at once.
    const running: { child?: ChildProcess } = {};
    let ended = false;
    const end = () => {
      if (ended) running.child?.kill("SIGTERM");
      else console.error("\nputting the instance back (Ctrl-C again: do not wait)");
      ended = true;
      running.child?.stdin?.end();
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) process.on(signal, end);
    // A process group of its own: Ctrl-C reaches this process only, which then ends the session in order.
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], detached: true });
    showOutput(child, printable);
    running.child = child;
    const timer = setInterval(() => child.stdin.write("alive\n"), beatInterval * 1000);
    const finish = () => {
      clearInterval(timer);
      for (const signal of signals) process.off(signal, end);
    };
    // A broken pipe is no failure of its own: the exit code says how the session ended.
    child.stdin.on("error", () => undefined);
    child.on("error", (error) => {
      finish();
      reject(error);
    });
    child.on("close", (code) => {
      finish();
      resolve(ended ? 0 : (code ?? 1));
    });
  });
}
