import { writeFileSync } from "node:fs";
import { Command, Option } from "commander";
import { localCloudName } from "../local/paths";
import { DatabaseMachine, type Job } from "../stack/database/machine";
import { keyOfStack } from "../stack/database/repositoryKey";
import { askToGoOn } from "../lib/terminal/question";
import { describeListing, type Listing } from "../stack/database/backupList";

interface Where {
  readonly stack?: string;
}

/** `holdfast backup`: made, listed, read through, proven; and the key to them. */
export function backupCommand(): Command {
  return new Command("backup")
    .description("backups of the database: make one, list them, verify and prove them, get their key")
    .addCommand(nowCommand())
    .addCommand(listCommand())
    .addCommand(
      jobCommand("verify", "verify", "read every file of the repository, and say which backup a bad one concerns"),
    )
    .addCommand(jobCommand("prove", "proof", "restore the newest backup beside the database, and compare"))
    .addCommand(keyCommand())
    .addCommand(followCommand())
    .addCommand(adoptCommand());
}

function on(name: string, description: string): Command {
  return new Command(name).description(description).option("--stack <name>", "another stack than the local one");
}

const machineOf = ({ stack }: Where) => DatabaseMachine.of(stack ?? localCloudName());

function nowCommand(): Command {
  return on("now", "make a backup now")
    .option("--full", "a full one, instead of what changed since the last full one")
    .action(async ({ full, ...where }: Where & { full?: boolean }) => {
      process.exitCode = await (await machineOf(where)).runJob("backup", { kind: full ? "full" : "diff" });
    });
}

function listCommand(): Command {
  return on("list", "what can be restored, and when that was last proven")
    .option("--json", "for programs")
    .action(async ({ json, ...where }: Where & { json?: boolean }) => {
      const listing = await (await machineOf(where)).ask<Listing>(["list"]);
      console.log(json ? JSON.stringify(listing, undefined, 2) : describeListing(listing));
      if (!listing.reachable) process.exitCode = 1;
    });
}

function jobCommand(name: string, job: Job, description: string): Command {
  return on(name, description).action(async (where: Where) => {
    process.exitCode = await (await machineOf(where)).runJob(job);
  });
}

function keyCommand(): Command {
  return on("key", "what belongs into the safe: whoever has it, and it alone, can read the backups")
    .addOption(new Option("--out <file>", "write it there, for the owner alone, instead of showing it"))
    .action(async ({ out, ...where }: Where & { out?: string }) => {
      const key = `${JSON.stringify(await keyOfStack(where.stack ?? localCloudName()), undefined, 2)}\n`;
      if (out === undefined) process.stdout.write(key);
      // Never over something that is there: it might be the key of another stack.
      else writeFileSync(out, key, { mode: 0o600, flag: "wx" });
    });
}

function followCommand(): Command {
  return on("follow", "show a job that is at work, or how the last one ended")
    .addArgument(
      new Command().createArgument("<job>", "the job").choices(["backup", "restore", "import", "verify", "proof"]),
    )
    .action(async (job: Job, where: Where) => {
      process.exitCode = await (await machineOf(where)).follow(job);
    });
}

function adoptCommand(): Command {
  return on("adopt", "give the repository to the database that runs now, after a loss that nobody wants to restore")
    .option("--yes", "do not ask")
    .action(async ({ yes, ...where }: Where & { yes?: boolean }) => {
      const machine = await machineOf(where);
      const question = `From now on the repository of "${machine.stack}" is that of the database that runs there now; backups of the one before stay until they expire.`;
      await askToGoOn(question, yes ?? false);
      console.log((await machine.tell(["adopt"])).trim());
    });
}
