import { Command } from "commander";
import { buildCommand } from "./build";
import { listCommand } from "./list";
import { pruneCommand } from "./prune";
import { showCommand } from "./show";
import { useCommand } from "./use";

export function releaseCommand(): Command {
  return new Command("release")
    .description("versions of the app: built once, kept in a store, named in settings (docs/releases.md)")
    .addCommand(buildCommand())
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(useCommand())
    .addCommand(pruneCommand());
}
