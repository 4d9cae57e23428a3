import type { Progress } from "../../lib/progress";
import { obtainPulumi } from "../../toolchain/pulumi";
import { requireDaemon } from "../local/client";
import { localCloudOf } from "../localCloud";
import { takeCommandLock } from "./commandLock";
import { Project } from "./project";
import { recoverStack, updateToTheEnd } from "./recover";

/**
 * Updates a stack to its settings. On a local stack it first cleans up after a killed `pulumi`. Elsewhere a person
 * has to be sure that nobody else works on the stack.
 *
 * @param message for the stack's history, its lease and the logs of machines
 * @param refresh whether to refresh the state first
 * @param environment what the program is told beside its settings
 * @returns Pulumi's exit code
 */
export async function updateStack(
  stack: string,
  {
    message,
    refresh,
    progress,
    environment,
  }: { message: string; refresh: boolean; progress: Progress; environment?: NodeJS.ProcessEnv },
): Promise<number> {
  if (!localCloudOf(stack)) {
    return (await Project.open(stack)).update(refresh ? ["--refresh"] : [], message, environment);
  }
  const daemon = await requireDaemon(stack);
  const lock = await takeCommandLock(stack);
  try {
    await recoverStack(daemon, progress);
    const project = Project.inCloud(daemon, await obtainPulumi({ progress }));
    return await updateToTheEnd(stack, (unfinished) =>
      project.update(refresh || unfinished ? ["--refresh"] : [], message, environment),
    );
  } finally {
    await lock.release();
  }
}
