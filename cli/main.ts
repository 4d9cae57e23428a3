import { Command } from "commander";
import { backupCommand } from "./backup";
import { climbCommand } from "./climb";
import { debugCommand } from "./debug";
import { report } from "./errors";
import { doctorCommand } from "./doctor";
import { drillCommand } from "./drill";
import { failoverCommand } from "./failover";
import { importCommand } from "./import";
import { localCommand } from "./local";
import { logsCommand } from "./logs";
import { previewCommand } from "./preview";
import { previewCommentCommand } from "./previewComment";
import { releaseCommand } from "./release";
import { reportCommand } from "./report";
import { restoreCommand } from "./restore";
import { rollbackCommand } from "./rollback";
import { runCommand } from "./run";
import { sshCommand } from "./ssh";
import { statusCommand } from "./status";
import { teardownCommand } from "./teardown";
import { upCommand } from "./up";

const program = new Command("holdfast")
  .description("A Hetzner Cloud stack for small companies, rehearsed on one Linux computer before it costs a cent")
  // What stands behind `--` belongs to the command that is run on a machine.
  .enablePositionalOptions()
  .addCommand(localCommand())
  .addCommand(statusCommand())
  .addCommand(sshCommand())
  .addCommand(runCommand())
  .addCommand(logsCommand())
  .addCommand(debugCommand())
  .addCommand(releaseCommand())
  .addCommand(rollbackCommand())
  .addCommand(backupCommand())
  .addCommand(restoreCommand())
  .addCommand(importCommand())
  .addCommand(previewCommand())
  .addCommand(previewCommentCommand())
  .addCommand(upCommand())
  .addCommand(doctorCommand())
  .addCommand(teardownCommand())
  .addCommand(reportCommand())
  .addCommand(failoverCommand())
  .addCommand(drillCommand())
  .addCommand(climbCommand());

program.parseAsync().catch((error: unknown) => {
  process.exitCode = report(error);
});
