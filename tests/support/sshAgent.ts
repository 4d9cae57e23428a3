import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** A real ssh-agent of a test's own, which ends with it. */
export class SshAgent {
  private constructor(
    private readonly child: ChildProcess,
    readonly path: string,
  ) {}

  static async start(folder: string): Promise<SshAgent> {
    const path = join(folder, "agent");
    const child = spawn("ssh-agent", ["-D", "-a", path], { stdio: "ignore" });
    for (let tries = 0; !existsSync(path) && tries < 100; tries += 1) await pause(50);
    return new SshAgent(child, path);
  }

  /** Runs ssh-add. */
  add(...args: string[]): void {
    execFileSync("ssh-add", args, { env: { ...process.env, SSH_AUTH_SOCK: this.path }, stdio: "pipe" });
  }

  /** Locks it, as password managers do by themselves after a while. */
  lock(folder: string): void {
    const askPassword = join(folder, "ask");
    writeFileSync(askPassword, "#!/bin/sh\necho secret\n", { mode: 0o700 });
    execFileSync("setsid", ["ssh-add", "-x"], {
      env: { ...process.env, SSH_AUTH_SOCK: this.path, SSH_ASKPASS: askPassword, SSH_ASKPASS_REQUIRE: "force" },
      stdio: "pipe",
    });
  }

  stop(): void {
    this.child.kill("SIGTERM");
  }
}

/** Makes a key pair with ssh-keygen. @returns the path of its private half */
export function makeKey(folder: string, name: string, ...more: string[]): string {
  const path = join(folder, name);
  execFileSync("ssh-keygen", ["-q", "-N", "", "-C", name, "-f", path, ...(more.length > 0 ? more : ["-t", "ed25519"])]);
  return path;
}
