import { Command } from "commander";
import { stackOption } from "../options";
import type { Progress } from "../../lib/progress";
import { settingsFile } from "../../stack/checkout";
import type { StoredRelease } from "../../release/store/store";
import { UserError } from "../../lib/errors";
import { setRelease } from "../../stack/release/setRelease";
import { stackStore } from "../../stack/release/stackStore";
import { stackState } from "../../stack/pulumi/project";
import { updateStack } from "../../stack/pulumi/update";
import { confirm } from "../../lib/terminal/confirm";
import { createProgress } from "../../lib/terminal/progress";
import { type Decision, decide } from "./decide";
import { askAppMachines, askMachinesWhenIdle } from "./machines";
import { readRequestedRelease } from "./requested";

export function rollbackCommand(): Command {
  return new Command("rollback")
    .description("roll out the previous release again, also when a roll-out stopped half-way")
    .option("--to <version>", "go back to this release of the store, e.g. 1.4.0")
    .addOption(stackOption())
    .option("--yes", "go back over a migration without asking")
    .action(async (options: { to?: string; stack: string; yes?: boolean }) => {
      process.exitCode = await rollback(options.stack, options, createProgress());
    });
}

/** Gives Pulumi's exit code. */
async function rollback(
  stack: string,
  { to, yes = false }: { to?: string; yes?: boolean },
  progress: Progress,
): Promise<number> {
  const decision = await progress.step({ title: `Looking for the previous release of ${stack}` }, (say) =>
    decideFor(stack, to, say),
  );
  progress.note(describeDecision(decision));
  if (!decision.schema.fits && !yes) {
    progress.note(
      `${decision.schema.because}. The database keeps its schema: code goes back, a schema does not.\n` +
        "Go on only if you know that the older release works with it. Otherwise roll out a corrected release.",
    );
    await confirm(decision.to.version, undefined, "--yes");
  }
  setRelease(stack, decision.reference);
  const message = `rollback to ${decision.to.name} ${decision.to.version}`;
  const code = await updateStack(stack, { message, refresh: decision.refresh, progress });
  if (code === 0) {
    await verify(stack, decision.to);
    progress.note(`${settingsFile(stack).name} names ${decision.reference}, and that is what runs.`);
    return 0;
  }
  throw new UserError(
    `the rollback to ${decision.reference} did not finish (Pulumi's messages are above). ${settingsFile(stack).name} names it already: ` +
      "correct the cause and run `rollback` again; it goes on where it stopped.\n" +
      `If Pulumi says that the stack is locked, and the run that locked it has ended: \`pulumi cancel --stack ${stack}\` first.`,
    code,
  );
}

/** Asks the machines what they run: the state may be wrong. */
async function verify(stack: string, { sha256, name, version }: StoredRelease): Promise<void> {
  const machines = await askAppMachines(stack, await stackState(stack));
  const others = machines.filter(({ runs }) => runs !== undefined && runs !== sha256);
  if (others.length === 0) return;
  throw new UserError(
    `${others.map((machine) => machine.name).join(" and ")} of "${stack}" does not run ${name} ${version}, although Pulumi ` +
      "reports success: `pulumi up --refresh` asks the machines first",
  );
}

async function decideFor(stack: string, version: string | undefined, say: (detail: string) => void): Promise<Decision> {
  const [state, requested, { store }] = await Promise.all([
    stackState(stack),
    readRequestedRelease(stack),
    stackStore(stack),
  ]);
  const [machines, stored] = await Promise.all([askMachinesWhenIdle(stack, state, say), store.list()]);
  return decide({ stack, version, requested, machines, stored, store, pending: state.pending.length > 0 });
}

function describeDecision({ kind, from, to, reference, schema, machines }: Decision): string {
  const silent = machines.filter((machine) => machine.silent !== undefined);
  const what = `${to.name} ${to.version} (${reference})`;
  return [
    kind === "finish" ? `Finishing the rollback to ${what}.` : `Going back from ${from} to ${what}.`,
    ...silent.map(
      (machine) => `${machine.name} does not answer (${machine.silent ?? ""}), so the rollback is planned without it.`,
    ),
    ...(schema.fits ? [`Database: ${schema.because}.`] : []),
  ].join("\n");
}
