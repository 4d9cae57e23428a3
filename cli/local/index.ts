import { Command } from "commander";
import { downCommand } from "./down";
import { envCommand } from "./env";
import { execCommand } from "./exec";
import { internetCommand } from "./internet";
import { nameCommand } from "./name";
import { statusCommand } from "./status";
import { upCommand } from "./up";

/** `holdfast local …`: the local cloud on this computer. HOLDFAST_LOCAL=NAME means another one than `local`. */
export function localCommand(): Command {
  return new Command("local")
    .description("manage the stack on this computer")
    .enablePositionalOptions()
    .addCommand(upCommand())
    .addCommand(downCommand())
    .addCommand(statusCommand())
    .addCommand(envCommand())
    .addCommand(execCommand())
    .addCommand(internetCommand())
    .addCommand(nameCommand());
}
