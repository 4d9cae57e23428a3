import { type Lock, lockHolder, takeLock } from "../../local/lock";
import { UserError } from "../../lib/errors";

/**
 * The right to change a local stack, for one command at a time.
 *
 * @throws UserError naming the process that has it
 */
export async function takeCommandLock(name: string): Promise<Lock> {
  const what = `${name}/command`;
  const lock = await takeLock(what);
  if (lock) return lock;
  const holder = (await lockHolder(what)) ?? "unknown";
  throw new UserError(
    `another \`holdfast\` (pid ${holder}) is changing the local stack "${name}": wait until it ends, or end it with Ctrl-C`,
  );
}
