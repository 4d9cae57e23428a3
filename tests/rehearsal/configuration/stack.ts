import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cacheDir } from "../../../toolchain/cacheDir";
import type { ConfigurationInputs } from "../../../provider/machine/inputs";
import { PULUMI_VERSION } from "../../../toolchain/versions";

/** Where the toolchain keeps it; elsewhere the one in PATH is used. */
const cachedPulumi = join(cacheDir(), "toolchain", `pulumi-${PULUMI_VERSION}`);
const repository = join(__dirname, "../../..");

/** Runs inside the Pulumi program: reads the inputs that the test wrote. `secretFiles` are marked there, as roles do it. */
const program = `
const pulumi = require("@pulumi/pulumi");
const { Configuration } = require(${JSON.stringify(join(repository, "provider/machine/configuration.ts"))});
const { secretFiles, ...machines } = JSON.parse(require("fs").readFileSync("machines.json", "utf8"));
for (const [name, inputs] of Object.entries(machines)) {
  for (const path of secretFiles) {
    const file = inputs.files?.[path];
    if (file) file.content = pulumi.secret(file.content);
  }
  new Configuration(name, inputs);
}
`;

/** A Pulumi project whose only resources are machine configurations, used through the real command line. */
export class Stack {
  readonly project: string;
  /** Set per call: which key, how patient. */
  environment: Record<string, string> = {};

  constructor(
    private readonly folder: string,
    keyFile: string,
  ) {
    this.project = join(folder, "project");
    this.environment = { HOLDFAST_SSH_KEY_FILE: keyFile, HOLDFAST_SSH_TIMEOUT: "90" };
    mkdirSync(join(this.project, "node_modules/@pulumi"), { recursive: true });
    mkdirSync(join(folder, "state"));
    symlinkSync(join(repository, "node_modules/@pulumi/pulumi"), join(this.project, "node_modules/@pulumi/pulumi"));
    writeFileSync(join(this.project, "tsconfig.json"), JSON.stringify({ extends: join(repository, "tsconfig.json") }));
    const manifest = { name: "configuration-test", dependencies: { "@pulumi/pulumi": "*" } };
    writeFileSync(join(this.project, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(this.project, "index.js"), program);
    writeFileSync(
      join(this.project, "Pulumi.yaml"),
      [
        "name: configuration-test",
        "runtime: { name: nodejs, options: { typescript: false } }",
        "main: index.js",
        `plugins: { providers: [{ name: holdfast, path: ${JSON.stringify(join(repository, "provider"))} }] }`,
      ].join("\n"),
    );
  }

  write(machines: Readonly<Record<string, ConfigurationInputs>>, secretFiles: readonly string[] = []): void {
    writeFileSync(join(this.project, "machines.json"), JSON.stringify({ ...machines, secretFiles }));
  }

  /** Output of a command that has to succeed. */
  async pulumi(...args: readonly string[]): Promise<string> {
    const { code, output } = await this.try(...args);
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${String(code)}:\n${output}`);
    return output;
  }

  try(...args: readonly string[]): Promise<{ code: number; output: string }> {
    return new Promise((resolve) => {
      execFile("pulumi", [...args, "--non-interactive"], this.options(), (error, stdout, stderr) => {
        resolve({ code: error ? Number(error.code ?? 1) : 0, output: stdout + stderr });
      });
    });
  }

  /** For a run that is going to be killed, in a process group of its own. */
  start(...args: readonly string[]): ChildProcess {
    const options = { ...this.options(), detached: true, stdio: "ignore" as const };
    return spawn("pulumi", [...args, "--non-interactive"], options);
  }

  private options() {
    return {
      cwd: this.project,
      maxBuffer: 64 * 1024 * 1024,
      env: {
        ...process.env,
        ...this.environment,
        PATH: `${cachedPulumi}${delimiter}${process.env.PATH ?? ""}`,
        PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
        PULUMI_HOME: join(this.folder, "home"),
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    };
  }
}
