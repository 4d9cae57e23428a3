import { Command } from "commander";
import { drills } from "../drills";
import type { Drill } from "../drills/frame/drill";
import { restore } from "../drills/frame/faults";
import { writeResult, type DrillResult } from "../drills/frame/result";
import { openLocalStack } from "../drills/frame/localStack";
import { runDrill } from "../drills/frame/runner";
import { writeMeasuredPage } from "../drills/measuredPage";
import { report, UserError } from "../lib/errors";
import { table } from "../lib/terminal/table";
import { wholeNumber } from "./options";

/** `holdfast drill`: causes faults in the running local stack, and measures what visitors notice. */
export function drillCommand(): Command {
  return new Command("drill")
    .description("break the running local stack on purpose and measure what visitors see")
    .argument("[name...]", "names of drills (default: all, the harmless ones first)")
    .option("--n <number>", "runs of each drill (default: as many as its claim needs)", wholeNumber)
    .option("--list", "list the drills and break nothing")
    .addHelpText("after", "\nExit code: 0 when all claims are met, 1 when a claim is missed or could not be proven.")
    .action(async (names: string[], options: { n?: number; list?: boolean }) => {
      if (options.list) {
        console.log(
          table(
            ["DRILL", "RUNS", "FAULT"],
            drills.map(({ name, runs, title }) => [name, String(runs), title]),
          ),
        );
        return;
      }
      const results = await runDrills(chosenDrills(names), options.n);
      const open = results.filter(({ status }) => status !== "proven");
      for (const result of open) console.log(`${result.drill}: ${outcome(result)}`);
      console.log(
        `${results.length - open.length} of ${results.length} drills proven; docs/measured.md has the figures`,
      );
      if (open.length > 0) process.exitCode = 1;
    });
}

/** @throws naming the drills that there are, when one is unknown */
export function chosenDrills(names: readonly string[]): readonly Drill[] {
  const unknown = names.filter((name) => !drills.some((drill) => drill.name === name));
  if (unknown.length > 0)
    throw new UserError(
      `there is no drill ${unknown.join(", ")}; there are ${drills.map(({ name }) => name).join(", ")}`,
    );
  return names.length === 0 ? drills : drills.filter(({ name }) => names.includes(name));
}

/** One after the other; each result is kept at once, so that an interrupted series keeps what it has. */
export async function runDrills(chosen: readonly Drill[], runs?: number): Promise<DrillResult[]> {
  const stack = await openLocalStack();
  // An interrupted drill must not leave a broken stack behind.
  process.once("SIGINT", () => {
    console.log("repairing the stack before the end (Ctrl-C again: end at once)");
    process.once("SIGINT", () => process.exit(130));
    restore(stack).then(
      () => process.exit(130),
      (error: unknown) => process.exit(report(error)),
    );
  });
  const results: DrillResult[] = [];
  for (const [index, drill] of chosen.entries()) {
    console.log(`${drill.name}: ${drill.title}`);
    const result = await runDrill(drill, stack, {
      ...(runs === undefined ? {} : { runs }),
      say: (line) => console.log(`  ${line}`),
    });
    writeResult(result);
    writeMeasuredPage();
    results.push(result);
    if (drill.finish && drill.finish !== chosen[index + 1]?.finish) await drill.finish(stack);
  }
  return results;
}

function outcome({ status, reason, claims }: DrillResult): string {
  const missed = claims.filter(({ met }) => !met).map(({ text }) => text);
  return status === "refuted" ? `not met: ${missed.join(", ")}` : `${status}: ${reason ?? ""}`;
}
