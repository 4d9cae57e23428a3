import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { CHECKOUT, settingsFile } from "../../stack/checkout";
import { localEnvironment, mergedEnvironment } from "../../stack/environment";
import { recoverStack } from "../../stack/pulumi/recover";
import { killAndWait, withDescendants } from "../../local/machines/processes";
import type { DaemonInfo } from "../../local/paths";
import { silent } from "../../lib/progress";
import { obtainPulumi } from "../../toolchain/pulumi";
import type { UpOptions, UpResult } from "./stack";

/**
 * `pulumi up` of a local stack, as people and pipelines run it; a `pulumi` that was killed before it is recovered from.
 *
 * Other settings come in a file of their own, so that the stack's is nobody's but its owner's.
 */
export async function pulumiUp(
  daemon: DaemonInfo,
  { settings = {}, refresh = false, environment = {}, killAfter }: UpOptions,
  more: readonly string[] = [],
): Promise<UpResult> {
  const pulumi = await obtainPulumi();
  await recoverStack(daemon, silent);
  const folder = mkdtempSync(join(tmpdir(), "holdfast-settings-"));
  try {
    const file = join(folder, settingsFile(daemon.name).name);
    writeFileSync(file, changedSettings(daemon.name, settings));
    const flags = ["--yes", "--skip-preview", "--suppress-outputs", "--non-interactive", "--color=never"];
    const args = ["up", ...flags, `--config-file=${file}`, ...(refresh ? ["--refresh"] : []), ...more];
    const env = mergedEnvironment({ ...localEnvironment(pulumi, daemon), ...environment });
    return await runUp(join(pulumi.folder, "pulumi"), args, env, killAfter);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The text of the stack's settings file with these changes; the file stays as it is. */
export function changedSettings(name: string, changes: NonNullable<UpOptions["settings"]>): string {
  const file = parse(readFileSync(settingsFile(name).path, "utf8")) as { config: Record<string, unknown> };
  const config = { ...file.config };
  for (const [section, change] of Object.entries(changes)) {
    const key = `holdfast:${section}`;
    config[key] = merged(config[key], change);
  }
  return stringify({ ...file, config });
}

/** What is a group of settings in both is merged one by one; anything else is the change's. */
function merged(own: unknown, change: unknown): unknown {
  if (!isGroup(own) || !isGroup(change)) return change;
  const both = Object.keys(change).map((key) => [key, merged(own[key], change[key])] as const);
  return { ...own, ...Object.fromEntries(both) };
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function runUp(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  killAfter: number | undefined,
): Promise<UpResult> {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const child = spawn(command, args, { cwd: CHECKOUT, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    let killed = false;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    const timer =
      killAfter === undefined
        ? undefined
        : setTimeout(() => {
            killed = true;
            // As when the computer that runs it goes away: with everything that it started, and with no goodbye.
            if (child.pid !== undefined) void killAndWait(withDescendants(child.pid));
          }, killAfter * 1000);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 1, output, duration: (performance.now() - begun) / 1000, killed });
    });
  });
}
