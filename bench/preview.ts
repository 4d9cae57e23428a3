import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT } from "../cli/checkout";
import { STACK, withPulumi } from "./pulumi";
import { measurement, type Result, timed } from "./result";

/**
 * `pulumi preview` of the local stack against that of an empty TypeScript program in the way that Pulumi's own template
 * starts one, in turn, so that both see the same weather.
 */
export function preview(runs: number): Promise<Result & { readonly ratio: number }> {
  return withPulumi(async ({ folder, pulumi }) => {
    const empty = emptyProgram(folder);
    await pulumi(empty, "stack", "init", "empty");
    const ours: number[] = [];
    const theirs: number[] = [];
    // The first of each fills caches that everybody has after the first day.
    for (let index = 0; index <= runs; index++) {
      const own = await timed(() => pulumi(CHECKOUT, "preview", "--stack", STACK));
      const other = await timed(() => pulumi(empty, "preview", "--stack", "empty"));
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
  symlinkSync(join(CHECKOUT, "node_modules"), join(program, "node_modules"));
  return program;
}
