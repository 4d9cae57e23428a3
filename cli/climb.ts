import { Command } from "commander";
import { openLocalStack } from "../drills/frame/localStack";
import { makeJournal, writeJournal } from "../drills/frame/journal";
import { climb, runClimb } from "../drills/ladder/climb";
import { writeMeasuredPage } from "../drills/measuredPage";

/** `holdfast climb`: every rung of the ladder, up and down, on the running local stack. */
export function climbCommand(): Command {
  return new Command("climb")
    .description("climb all rungs of docs/ladder.md and come back, on the running local stack, while somebody writes")
    .addHelpText(
      "after",
      "\nTakes some minutes; afterwards the stack is as its settings say. Exit code: 0 when nothing was lost.",
    )
    .action(async () => {
      const stack = await openLocalStack();
      const runs = [await runClimb(stack, (line) => console.log(`  ${line}`))];
      const journal = makeJournal(climb, { environment: stack.environment, runs });
      writeJournal(journal);
      writeMeasuredPage();
      const missed = journal.claims.filter(({ met }) => !met);
      for (const { text, measured } of missed) console.log(`not met: ${text}: ${measured?.worst ?? "not measured"}`);
      if (missed.length > 0) process.exitCode = 1;
    });
}
