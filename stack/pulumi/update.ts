import type { Progress } from "../../lib/progress";
import { obtainPulumi } from "../../toolchain/pulumi";
import { requireDaemon } from "../local/client";
import { localCloudOf } from "../localCloud";
import { takeCommandLock } from "./commandLock";
import { Project } from "./project";
import { LocalStack } from "./pulumi";
import { recoverStack, updateToTheEnd } from "./recover";

/**
 * Brings a stack to what its settings say, the way every roll-out goes. On a local stack, what a killed `pulumi` left is
 * put right first; elsewhere a person has to decide that nobody works on the stack any more.
 *
 * @param message what stands in the stack's history, in its lease and in the machines' logs
 * @param refresh whether to ask first how things really are
 * @returns Pulumi's exit code
 */
export async function updateStack(
  stack: string,
  { message, refresh, progress }: { message: string; refresh: boolean; progress: Progress },
): Promise<number> {
  if (!localCloudOf(stack)) {
    const project = await Project.open(stack);
    const flags = [...(refresh ? ["--refresh"] : []), "--message", message];
    return project.show(["up", "--yes", "--skip-preview", "--suppress-outputs", ...flags], message);
  }
  const daemon = await requireDaemon(stack);
  const lock = await takeCommandLock(stack);
  try {
    await recoverStack(daemon, progress);
    const local = new LocalStack(await obtainPulumi({ progress }), daemon);
    return await updateToTheEnd(stack, (unfinished) => local.up(refresh || unfinished, message));
  } finally {
    await lock.release();
  }
}
