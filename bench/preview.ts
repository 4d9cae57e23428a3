import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CHECKOUT } from "../stack/checkout";
import { STACK, withPulumi } from "./pulumi";
import { aimInWords, aimOf, measurement, type Result, timed } from "../drills/frame/benchResult";

/** How many times an empty program's preview that of the stack should take at most. */
export const RATIO_AIM = 1.3;

/**
 * `pulumi preview` of the local stack against that of an empty TypeScript program in the way that Pulumi's own template
 * starts one. They take turns, so that the computer's load is the same for both.
 */
export function preview(runs: number): Promise<Result> {
  return withPulumi(async ({ folder, pulumi }) => {
    const empty = emptyProgram(folder);
    await pulumi(empty, "stack", "init", "empty");
    const ours: number[] = [];
    const theirs: number[] = [];
    // The first of each fills caches and does not count.
    for (let index = 0; index <= runs; index++) {
      const own = await timed(() => pulumi(CHECKOUT, "preview", "--stack", STACK));
      const other = await timed(() => pulumi(empty, "preview", "--stack", "empty"));
      if (index === 0) continue;
      ours.push(own);
      theirs.push(other);
    }
    const [stack, nothing] = [measurement(ours), measurement(theirs)];
    const ratio = aimOf("ratio", stack, nothing, RATIO_AIM);
    return {
      name: "preview",
      what: `\`pulumi preview\` of the local stack from nothing: ${ratio.value} times an empty TypeScript program (${aimInWords(ratio)})`,
      measurements: { "local stack": stack, "empty program": nothing },
      aims: [ratio],
    };
  });
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
  lendPackages(join(program, "node_modules"));
  return program;
}

/**
 * This checkout's packages without ts-node, which the template lacks: Pulumi's start then uses an older one of its own. It
 * looks for ts-node from where the SDK really lies, so the SDK is copied.
 */
function lendPackages(folder: string): void {
  const packages = join(CHECKOUT, "node_modules");
  const sdk = "@pulumi/pulumi";
  cpSync(join(packages, sdk), join(folder, sdk), { recursive: true });
  for (const name of readdirSync(packages)) {
    if (name !== "ts-node" && name !== dirname(sdk)) symlinkSync(join(packages, name), join(folder, name));
  }
}
