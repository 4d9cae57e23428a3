import { Command } from "commander";
import { obtainPulumi } from "../../toolchain/pulumi";
import { exportLines, localEnvironment } from "../environment";
import { requireDaemon } from "./client";

export function envCommand(): Command {
  return new Command("env")
    .description('prints what `pulumi` needs to know, for: eval "$(npx holdfast local env)"')
    .action(async () => {
      const daemon = await requireDaemon();
      console.log(exportLines(localEnvironment(await obtainPulumi(), daemon)));
    });
}
