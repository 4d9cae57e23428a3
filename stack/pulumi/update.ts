import type { Progress } from "../../lib/progress";
import { obtainPulumi } from "../../toolchain/pulumi";
import { requireDaemon } from "../local/client";
import { localCloudOf } from "../localCloud";
import { takeCommandLock } from "./commandLock";
import { Project } from "./project";
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
    return (await Project.open(stack)).update(refresh ? ["--refresh"] : [], message);
  }
  const daemon = await requireDaemon(stack);
  const lock = await takeCommandLock(stack);
  try {
    await recoverStack(daemon, progress);
    const project = Project.inCloud(daemon, await obtainPulumi({ progress }));
    return await updateToTheEnd(stack, (unfinished) =>
      project.update(refresh || unfinished ? ["--refresh"] : [], message),
    );
  } finally {
    await lock.release();
  }
}
