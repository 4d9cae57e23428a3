import { Command } from "commander";
import { localCloudOf } from "../../stack/localCloud";
import { obtainPulumi } from "../../toolchain/pulumi";
import { exportLines, localEnvironment } from "../../stack/environment";
import { UserError } from "../../lib/errors";
import { requireDaemon } from "../../stack/local/client";
import { ensureAdminKey } from "../../stack/local/adminKey";

export function envCommand(): Command {
  return new Command("env")
    .description('print the environment for `pulumi`; use: eval "$(npx holdfast local env)"')
    .option("--stack <name>", "a stack of this local cloud, e.g. local-staging")
    .action(async ({ stack }: { stack?: string }) => {
      const daemon = await requireDaemon();
      if (stack !== undefined) await prepareStack(stack, daemon.name);
      console.log(exportLines(localEnvironment(await obtainPulumi(), daemon, stack)));
    });
}

/** Another stack of the local cloud needs an admin key of its own. */
async function prepareStack(stack: string, cloud: string): Promise<void> {
  const local = localCloudOf(stack, cloud);
  if (!local) {
    throw new UserError(`"${stack}" is a stack for Hetzner: the name of a local stack is local or local-SOMETHING`);
  }
  await ensureAdminKey(local.adminKey, stack);
}
