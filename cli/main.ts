import { Command } from "commander";
import { report } from "../lib/errors";

/* eslint-disable @typescript-eslint/no-require-imports, @typescript-eslint/consistent-type-imports --
   `import()` would go through Node's loader of ES modules, which does not take TypeScript. */

/**
 * Each command, loaded when it is the one that is called: loading all of them takes longer than most of them need. What a
 * person sees first stands first.
 */
const commands: Readonly<Record<string, () => Command>> = {
  local: () => (require("./local") as typeof import("./local")).localCommand(),
  status: () => (require("./status") as typeof import("./status")).statusCommand(),
  ssh: () => (require("./ssh") as typeof import("./ssh")).sshCommand(),
  run: () => (require("./run") as typeof import("./run")).runCommand(),
  logs: () => (require("./logs") as typeof import("./logs")).logsCommand(),
  debug: () => (require("./debug") as typeof import("./debug")).debugCommand(),
  release: () => (require("./release") as typeof import("./release")).releaseCommand(),
  rollback: () => (require("./rollback") as typeof import("./rollback")).rollbackCommand(),
  backup: () => (require("./backup") as typeof import("./backup")).backupCommand(),
  restore: () => (require("./restore") as typeof import("./restore")).restoreCommand(),
  import: () => (require("./import") as typeof import("./import")).importCommand(),
  preview: () => (require("./preview") as typeof import("./preview")).previewCommand(),
  "preview-comment": () => (require("./previewComment") as typeof import("./previewComment")).previewCommentCommand(),
  up: () => (require("./up") as typeof import("./up")).upCommand(),
  doctor: () => (require("./doctor") as typeof import("./doctor")).doctorCommand(),
  teardown: () => (require("./teardown") as typeof import("./teardown")).teardownCommand(),
  report: () => (require("./report") as typeof import("./report")).reportCommand(),
  failover: () => (require("./failover") as typeof import("./failover")).failoverCommand(),
  drill: () => (require("./drill") as typeof import("./drill")).drillCommand(),
  climb: () => (require("./climb") as typeof import("./climb")).climbCommand(),
};

async function main(): Promise<void> {
  const program = new Command("holdfast")
    .description("A Hetzner Cloud stack for small companies, rehearsed on one Linux computer before it costs a cent")
    // What stands behind `--` belongs to the command that is run on a machine.
    .enablePositionalOptions();
  const called = commands[process.argv[2] ?? ""];
  // Help and mistakes need all of them, to list them or to name the one that was meant.
  for (const load of called ? [called] : Object.values(commands)) program.addCommand(load());
  await program.parseAsync();
}

main().catch((error: unknown) => {
  process.exitCode = report(error);
});
