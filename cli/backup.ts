import { writeFileSync } from "node:fs";
import { Command, Option } from "commander";
import { stackOption } from "./options";
import { DatabaseMachine, type Job } from "../stack/database/machine";
import { keyOfFile, keyOfStack } from "../stack/database/repositoryKey";
import { askForConsent } from "../lib/terminal/confirm";
import { describeListing, type Listing } from "../stack/database/backupList";
import { describeOutside } from "../stack/outside/describe";
import { lookFromOutside } from "../stack/outside/look";
import { outsideOf } from "../stack/outside/way";

interface Where {
  readonly stack: string;
}

/** `holdfast backup`: makes, lists, verifies and proves backups, and shows the key to them. */
export function backupCommand(): Command {
  return new Command("backup")
    .description("make, list, verify and prove backups of the database, and show their key")
    .addCommand(nowCommand())
    .addCommand(listCommand())
    .addCommand(
      jobCommand(
        "verify",
        "verify",
        "read every file of the repository, and name the backups that a damaged file belongs to",
      ),
    )
    .addCommand(jobCommand("prove", "proof", "restore the newest backup beside the database and compare both"))
    .addCommand(keyCommand())
    .addCommand(followCommand())
    .addCommand(adoptCommand());
}

function on(name: string, description: string): Command {
  return new Command(name).description(description).addOption(stackOption());
}

const machineOf = ({ stack }: Where) => DatabaseMachine.of(stack);

function nowCommand(): Command {
  return on("now", "make a backup now")
    .option("--full", "make a full backup instead of a differential one")
    .action(async ({ full, ...where }: Where & { full?: boolean }) => {
      process.exitCode = await (await machineOf(where)).runJob("backup", { kind: full ? "full" : "diff" });
    });
}

function listCommand(): Command {
  return on("list", "show what can be restored, and when a restore last proved it")
    .option("--json", "for programs")
    .option("--outside", "look at the storage from this computer, without the database machine")
    .option("--key <file>", "with --outside: the key from the safe, where there is no state; snapshots are not shown")
    .addHelpText(
      "after",
      "\nExit code: 0 when all is well; 1 when the storage cannot be reached or --outside finds a problem.",
    )
    .action(async ({ json, outside, key, ...where }: Where & ListFlags) => {
      if (outside || key !== undefined) {
        await listOutside(where.stack, { json, key });
        return;
      }
      const listing = await (await machineOf(where)).ask<Listing>(["list"]);
      console.log(json ? JSON.stringify(listing, undefined, 2) : describeListing(listing));
      if (!listing.reachable) process.exitCode = 1;
    });
}

interface ListFlags {
  readonly json?: boolean;
  readonly outside?: boolean;
  readonly key?: string;
}

async function listOutside(stack: string, { json, key }: Pick<ListFlags, "json" | "key">): Promise<void> {
  const way = key === undefined ? await outsideOf(stack, await keyOfStack(stack)) : { key: keyOfFile(key) };
  const view = await lookFromOutside({ ...way, now: Date.now() / 1000 });
  console.log(json ? JSON.stringify(view, undefined, 2) : describeOutside(view));
  if (view.problems.length > 0) process.exitCode = 1;
}

function jobCommand(name: string, job: Job, description: string): Command {
  return on(name, description).action(async (where: Where) => {
    process.exitCode = await (await machineOf(where)).runJob(job);
  });
}

function keyCommand(): Command {
  return on("key", "show the key to the backups; keep it in a safe: without it nobody can read them")
    .addOption(new Option("--out <file>", "write the key to this file (mode 0600) instead of showing it"))
    .action(async ({ out, ...where }: Where & { out?: string }) => {
      const key = `${JSON.stringify(await keyOfStack(where.stack), undefined, 2)}\n`;
      if (out === undefined) process.stdout.write(key);
      // Never overwrites a file: it might be the key of another stack.
      else writeFileSync(out, key, { mode: 0o600, flag: "wx" });
    });
}

function followCommand(): Command {
  return on("follow", "follow a running job, or show how the last one ended")
    .addArgument(
      new Command().createArgument("<job>", "the job").choices(["backup", "restore", "import", "verify", "proof"]),
    )
    .action(async (job: Job, where: Where) => {
      process.exitCode = await (await machineOf(where)).follow(job);
    });
}

function adoptCommand(): Command {
  return on(
    "adopt",
    "let the running database write its backups to the repository, when you do not restore the lost database",
  )
    .option("--yes", "do not ask")
    .action(async ({ yes, ...where }: Where & { yes?: boolean }) => {
      const machine = await machineOf(where);
      const question = `The running database of "${machine.stack}" uses the repository from now on. Backups of the earlier database stay until they expire.`;
      await askForConsent(question, yes ?? false);
      console.log((await machine.tell(["adopt"])).trim());
    });
}
