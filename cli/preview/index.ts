import { Command } from "commander";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startStandIns } from "../../local/plugins";
import { choosePlugins } from "../../toolchain/plugins";
import { obtainPulumi, type Pulumi } from "../../toolchain/pulumi";
import { lastLines, run } from "../../toolchain/run";
import { CHECKOUT, settingsFile } from "../checkout";
import { commonEnvironment, LOCAL_PASSPHRASE, mergedEnvironment } from "../environment";
import { UserError } from "../errors";
import { runInForeground } from "../terminal/foreground";
import { createProgress } from "../terminal/progress";
import { targetEnvironment } from "./target";

export function previewCommand(): Command {
  return new Command("preview")
    .description("what a stack would be, made from nothing: needs no root, no Linux, no account and no local cloud")
    .argument("[stack]", "local, staging, prod or another one that has settings", "local")
    .option("--diff", "every property of every resource")
    .action(async (stack: string, options: { diff?: boolean }) => {
      process.exitCode = await preview(stack, options.diff ? ["--diff"] : []);
    });
}

/** Gives Pulumi's exit code. Nothing is written into the checkout: Pulumi's state and salt go into a folder of this run. */
async function preview(stack: string, flags: readonly string[]): Promise<number> {
  const settings = settingsFile(stack);
  if (!settings.exists) throw new UserError(`there is no stack "${stack}": ${settings.name} does not exist`);
  const progress = createProgress();
  const pulumi = await obtainPulumi({ progress });
  const standIns = (await choosePlugins(pulumi, { progress })) === "builtin" ? await startStandIns() : undefined;
  const folder = mkdtempSync(join(tmpdir(), "holdfast-preview-"));
  try {
    const environment = mergedEnvironment({
      PATH: pulumi.folder,
      ...commonEnvironment(standIns?.ports),
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: process.env.PULUMI_CONFIG_PASSPHRASE ?? LOCAL_PASSPHRASE,
      PULUMI_STACK: stack,
      ...targetEnvironment(stack, folder, process.env),
    });
    cpSync(join(CHECKOUT, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    cpSync(settings.path, join(folder, settings.name));
    await makeStack(pulumi, stack, folder, environment);
    const args = ["preview", "--config-file", join(folder, settings.name), ...flags];
    return await runInForeground(join(pulumi.folder, "pulumi"), args, { cwd: CHECKOUT, env: environment });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await standIns?.close();
  }
}

async function makeStack(pulumi: Pulumi, stack: string, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  const args = ["stack", "init", stack, "--no-select", "--non-interactive"];
  const made = await run(join(pulumi.folder, "pulumi"), args, { cwd: folder, env, timeout: 60 });
  if (made.code !== 0) throw new UserError(`pulumi cannot preview the stack "${stack}": ${lastLines(made)}`);
}
