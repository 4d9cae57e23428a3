import { Command } from "commander";
import { buildCommand } from "./build";
import { listCommand } from "./list";
import { pruneCommand } from "./prune";
import { showCommand } from "./show";
import { useCommand } from "./use";

export function releaseCommand(): Command {
  return new Command("release")
    .description("build, list, show and remove releases of the app (docs/releases.md)")
    .addCommand(buildCommand())
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(useCommand())
    .addCommand(pruneCommand());
}
