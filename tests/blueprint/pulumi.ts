import { spawn } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { toolchainDir } from "../../toolchain/pulumi";
import { which } from "../../lib/run";
import { repository } from "./source";

/** Where the Pulumi CLI is: the one that this repository has got for itself, else one of the PATH. */
const pulumiFolder = [toolchainDir(), dirname(which("pulumi") ?? "")].find((folder) =>
  existsSync(join(folder, "pulumi")),
);

/** Whether there is a Pulumi CLI here. */
export const hasPulumi = pulumiFolder !== undefined;

/** The program and a PATH that has it first. Where there is none, running it says so. */
export const pulumi = {
  command: join(pulumiFolder ?? toolchainDir(), "pulumi"),
  path: `${pulumiFolder ?? toolchainDir()}:${process.env.PATH ?? ""}`,
};

/**
 * This repository's program with a backend and stack files of its own: nothing that belongs to the person who runs the
 * tests is seen or touched.
 */
export class TestProject {
  readonly folder = mkdtempSync(join(tmpdir(), "holdfast-test-"));

  constructor(private readonly environment: Readonly<Record<string, string>> = {}) {
    mkdirSync(join(this.folder, "state"));
    for (const name of ["docs", "examples", "node_modules", "package.json", "provider", "pulumi.js"]) {
      symlinkSync(join(repository, name), join(this.folder, name));
    }
    for (const name of readdirSync(repository).filter((one) => /^Pulumi.*\.yaml$/.test(one))) {
      copyFileSync(join(repository, name), join(this.folder, name));
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** Runs the real `pulumi`. */
  run(...argv: string[]): Promise<{ code: number | null; output: string }> {
    // Nothing of a cloud that the person who runs the tests works on.
    const inherited = Object.entries(process.env).filter(([name]) => !/^(HCLOUD|PULUMI|HOLDFAST_LOCAL)/.test(name));
    const child = spawn(pulumi.command, [...argv, "--non-interactive", "--color", "never"], {
      cwd: this.folder,
      env: {
        ...Object.fromEntries(inherited),
        PATH: pulumi.path,
        PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "local",
        PULUMI_HOME: join(this.folder, "home"),
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        ...this.environment,
      },
    });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => {
        resolve({ code, output: Buffer.concat(chunks).toString() });
      });
    });
  }
}
