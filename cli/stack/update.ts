import { isLocalStack } from "../../blueprint/stacks";
import { takeLock } from "../../local/lock";
import type { Progress } from "../../toolchain/progress";
import { obtainPulumi } from "../../toolchain/pulumi";
import { UserError } from "../errors";
import { requireDaemon } from "../local/client";
import { Project } from "./project";
import { LocalStack } from "./pulumi";
import { recoverStack, updateToTheEnd } from "./recover";

/**
 * Brings a stack to what its settings say, the way every roll-out goes. On a local stack, what a killed `pulumi` left is
 * put right first; elsewhere a person has to decide that nobody works on the stack any more.
 *
 * @param message what stands in the stack's history
 * @returns Pulumi's exit code
 */
export async function updateStack(stack: string, message: string, progress: Progress): Promise<number> {
  if (!isLocalStack(stack)) {
    const project = await Project.open(stack);
    return project.show(["up", "--yes", "--skip-preview", "--suppress-outputs", "--message", message]);
  }
  const daemon = await requireDaemon(stack);
  const lock = await takeLock(`${stack}/command`);
  if (!lock)
    throw new UserError(`another \`holdfast local up\` or \`down\` of "${stack}" is at work: wait for its end`);
  try {
    await recoverStack(daemon, progress);
    const local = new LocalStack(await obtainPulumi({ progress }), daemon);
    return await updateToTheEnd(stack, (refresh) => local.up(refresh, message));
  } finally {
    await lock.release();
  }
}
