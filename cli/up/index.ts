import { Command } from "commander";
import { lastLines } from "../../lib/run";
import { UserError } from "../../lib/errors";
import { errorsOf, parseDigest } from "../../stack/preview/digest";
import { consequences } from "../../stack/preview/consequences";
import { describeResource, resourceChanges } from "../../stack/preview/resources";
import { Project } from "../../stack/pulumi/project";
import { confirm } from "../../lib/terminal/confirm";
import { gate, refusal } from "./gate";
import { handOver } from "../failover";
import { repeatedOption } from "../options";
import { resizeInTurn, resizes } from "./resize";
import { ServiceWatch } from "./serviceWatch";
import { unprotect } from "./unprotect";

interface Flags {
  readonly stack: string;
  readonly allow: readonly string[];
  readonly yes?: boolean;
}

export function upCommand(): Command {
  return new Command("up")
    .description("run `pulumi up`, but refuse to delete or replace what is protected unless --allow names it")
    .requiredOption("--stack <name>", "e.g. prod")
    .addOption(
      repeatedOption(
        "--allow <resource>",
        "a protected resource that may be replaced or deleted, e.g. visitors or StorageBox:backup; repeat for more",
      ),
    )
    .option("--yes", "do not ask")
    .action(async (flags: Flags) => {
      process.exitCode = await up(flags);
    });
}

/**
 * Gives Pulumi's exit code. Plain `pulumi up` refuses the same changes, but one at a time. This command lists all of
 * them first, and `--allow` permits them by name.
 */
async function up({ stack, allow, yes }: Flags): Promise<number> {
  const project = await Project.open(stack);
  await project.ensure();
  // Without --ignore-protect, the preview would end at the first refusal.
  const preview = await project.run(["preview", "--json", "--ignore-protect"], 600);
  if (!preview.stdout.trimStart().startsWith("{")) {
    throw new UserError(`pulumi gives no preview of "${stack}": ${lastLines(preview)}`);
  }
  const digest = parseDigest(preview.stdout);
  const errors = errorsOf(digest);
  if (errors.length > 0) throw new UserError(errors.join("\n"));

  const changes = resourceChanges(digest);
  const result = gate(changes, allow);
  if (result.problems.length > 0) throw new UserError(refusal(stack, changes, result));
  for (const name of result.idle)
    console.error(`--allow ${name}: no protected resource of that name would be replaced or deleted`);

  const verbs = { create: "+", update: "~", replace: "±", delete: "-" } as const;
  for (const change of changes) {
    const properties = change.properties.length > 0 ? `: ${change.properties.join(", ")}` : "";
    console.log(`${verbs[change.operation]} ${describeResource(change)}${properties}`);
  }
  for (const text of consequences(changes)) console.log(`! ${text}`);
  if (changes.length === 0) console.log(`Nothing changes in "${stack}".`);
  // Outputs and secrets may differ all the same, so `pulumi up` runs anyway.
  else if (!yes) await confirm(stack, undefined, "--yes");

  await unprotect(project, result.allowed);
  await resizeInTurn(resizes(changes), {
    project,
    watch: ServiceWatch.of(project),
    handOver: (machine) => handOver(project, machine),
  });
  return project.update([]);
}
