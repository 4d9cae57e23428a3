import { Command } from "commander";
import { readFileSync } from "node:fs";
import { startStandIns } from "../local/standIns";
import { choosePlugins } from "../toolchain/plugins";
import { obtainPulumi } from "../toolchain/pulumi";
import { requireSettingsFile } from "../stack/checkout";
import { createProgress } from "../lib/terminal/progress";
import { PreviewWorkspace } from "../stack/preview/workspace";

export function previewCommand(): Command {
  return new Command("preview")
    .description("preview a stack from nothing; needs no root, no Linux, no account and no local cloud")
    .argument("[stack]", "local, staging, prod or any other stack that has settings", "local")
    .option("--diff", "show every property of every resource")
    .option("--json", "print the JSON of `pulumi preview --json`, for programs")
    .action(async (stack: string, options: { diff?: boolean; json?: boolean }) => {
      process.exitCode = await preview(stack, [
        ...(options.diff ? ["--diff"] : []),
        ...(options.json ? ["--json"] : []),
      ]);
    });
}

/** Gives Pulumi's exit code. No passphrase is needed: other words take the place of encrypted settings. */
async function preview(stack: string, flags: readonly string[]): Promise<number> {
  const settings = readFileSync(requireSettingsFile(stack), "utf8");
  const progress = createProgress();
  const pulumi = await obtainPulumi({ progress });
  const standIns = (await choosePlugins(pulumi, { progress })) === "builtin" ? await startStandIns() : undefined;
  try {
    const options = { pulumi, stack, settings, plugins: standIns?.ports };
    return await PreviewWorkspace.use(options, (workspace) => workspace.show(flags));
  } finally {
    await standIns?.close();
  }
}
