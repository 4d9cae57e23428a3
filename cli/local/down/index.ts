import { Command } from "commander";
import { existsSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { removeEverything } from "../../../local/machines/removal";
import { currentSlot } from "../../../local/network/slots";
import { isRoot, localCloudName, localPaths } from "../../../local/paths";
import type { Progress } from "../../../lib/progress";
import { obtainPulumi } from "../../../toolchain/pulumi";
import { settingsFile } from "../../../stack/checkout";
import { UserError } from "../../../lib/errors";
import { takeCommandLock } from "../../../stack/pulumi/commandLock";
import { Project } from "../../../stack/pulumi/project";
import { recoverStack } from "../../../stack/pulumi/recover";
import { endOrphanedPrograms, endPulumis } from "../../../stack/pulumi/processes";
import { readState, stateFile } from "../../../stack/state";
import { createProgress } from "../../../lib/terminal/progress";
import { findDaemon } from "../../../stack/local/client";
import { stopDaemon } from "../daemonProcess";
import { findLeftovers } from "./leftovers";

/** Seconds for `pulumi destroy`. Afterwards everything is removed by force, which takes a moment only. */
const DESTROY_LIMIT = 180;
/** Seconds that the kernel may take to release what was removed. */
const SETTLE_LIMIT = 5;

export function downCommand(): Command {
  return new Command("down")
    .description("destroy the stack, stop the local cloud and leave nothing behind; works in any state")
    .action(() => down(localCloudName(), createProgress()));
}

async function down(name: string, progress: Progress): Promise<void> {
  if (process.platform !== "linux")
    throw new UserError("a local cloud cannot run on this computer, because it needs Linux");
  if (!isRoot) throw new UserError("only root can remove machines and their networks: run it again with sudo");
  const lock = await takeCommandLock(name);
  const { state } = localPaths(name);
  const traces = { name, state, slot: currentSlot(name) };

  await endPulumis(name, progress);
  await destroyStack(name, progress);
  // Another command may have started one meanwhile.
  await endPulumis(name, progress);
  await endOrphanedPrograms(name);
  await stopDaemon(name);
  await progress.step({ title: "Removing machines and networks", limit: 60 }, () => removeEverything(name));
  rmSync(state, { recursive: true, force: true });

  let leftovers = await findLeftovers(traces);
  for (
    const started = Date.now();
    leftovers.length > 0 && Date.now() - started < SETTLE_LIMIT * 1000;
    await sleep(200)
  ) {
    leftovers = await findLeftovers(traces);
  }
  if (leftovers.length > 0) {
    throw new UserError(
      `something of the local cloud "${name}" remains:\n${leftovers.map((one) => `  - ${one}\n`).join("")}`,
    );
  }
  progress.note(`Nothing of the local cloud "${name}" remains on this computer (the cache is kept).`);
  await lock.release();
}

/** Runs `pulumi destroy` where that is possible. If it fails, the caller still removes the rest by force. */
async function destroyStack(name: string, progress: Progress): Promise<void> {
  try {
    const daemon = await findDaemon(name);
    if (!daemon || !existsSync(stateFile(name)) || !settingsFile(name).exists) return;
    const resources = readState(name)?.resources.length ?? 0;
    if (resources === 0) return;
    await recoverStack(daemon, progress);
    const code = await Project.inCloud(daemon, await obtainPulumi({ progress })).destroy(DESTROY_LIMIT);
    if (code !== 0) progress.note("`pulumi destroy` did not finish; machines and networks are removed without it.");
  } catch (error) {
    const reason = (error as Error).message;
    progress.note(`\`pulumi destroy\` cannot run (${reason}); machines and networks are removed without it.`);
  }
}
