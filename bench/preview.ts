import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startStandIns } from "../local/plugins";
import { CHECKOUT } from "../cli/checkout";
import { commonEnvironment, LOCAL_PASSPHRASE, mergedEnvironment } from "../cli/environment";
import { targetEnvironment } from "../cli/preview/target";
import { obtainPulumi } from "../toolchain/pulumi";
import { run } from "../toolchain/run";
import { measurement, type Result, timed } from "./result";

/**
 * `pulumi preview` of the local stack against that of an empty TypeScript program in the way that Pulumi's own template
 * starts one, in turn, so that both see the same weather.
 */
export async function preview(runs: number): Promise<Result & { readonly ratio: number }> {
  const pulumi = await obtainPulumi();
  const standIns = await startStandIns();
  const folder = mkdtempSync(join(tmpdir(), "holdfast-bench-"));
  const environment = mergedEnvironment({
    PATH: pulumi.folder,
    ...commonEnvironment(standIns.ports),
    PULUMI_BACKEND_URL: `file://${folder}`,
    PULUMI_CONFIG_PASSPHRASE: LOCAL_PASSPHRASE,
    ...targetEnvironment("local", folder, {}),
  });
  const pulumiIn = async (cwd: string, ...args: string[]) => {
    const result = await run(join(pulumi.folder, "pulumi"), args, { cwd, env: environment, timeout: 300 });
    if (result.code !== 0) throw new Error(`pulumi ${args.join(" ")} failed:\n${result.stdout}\n${result.stderr}`);
  };
  try {
    const empty = emptyProgram(folder);
    await pulumiIn(empty, "stack", "init", "empty");
    await pulumiIn(CHECKOUT, "stack", "init", "local", "--no-select");
    const ours: number[] = [];
    const theirs: number[] = [];
    // The first of each fills caches that everybody has after the first day.
    for (let index = 0; index <= runs; index++) {
      const own = await timed(() => pulumiIn(CHECKOUT, "preview", "--stack", "local"));
      const other = await timed(() => pulumiIn(empty, "preview", "--stack", "empty"));
      if (index === 0) continue;
      ours.push(own);
      theirs.push(other);
    }
    const [stack, nothing] = [measurement(ours), measurement(theirs)];
    const ratio = Math.round((stack.median / nothing.median) * 100) / 100;
    return {
      name: "preview",
      what: `\`pulumi preview\` of the local stack from nothing: ${ratio} times an empty TypeScript program`,
      measurements: { "local stack": stack, "empty program": nothing },
      ratio,
    };
  } finally {
    await standIns.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function emptyProgram(folder: string): string {
  const program = join(folder, "empty");
  mkdirSync(program);
  const compilerOptions = { strict: true, target: "es2020", module: "nodenext", moduleResolution: "nodenext" };
  writeFileSync(join(program, "Pulumi.yaml"), "name: empty\nruntime: nodejs\nmain: index.ts\n");
  // What `pulumi new typescript` writes.
  writeFileSync(join(program, "index.ts"), 'import * as pulumi from "@pulumi/pulumi";\n');
  writeFileSync(join(program, "package.json"), '{ "name": "empty", "main": "index.ts" }\n');
  writeFileSync(join(program, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["index.ts"] }));
  symlinkSync(join(CHECKOUT, "node_modules"), join(program, "node_modules"));
  return program;
}
