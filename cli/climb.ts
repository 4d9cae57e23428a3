import { Command } from "commander";
import type { Measurements } from "../drills/frame/drill";
import { makeResult, writeResult } from "../drills/frame/result";
import { openLocalStack } from "../drills/frame/localStack";
import { climb, leaveLadder, runClimb } from "../drills/ladder/climb";
import { writeMeasuredPage } from "../drills/measuredPage";
import { wholeNumber } from "./options";

/** `holdfast climb`: every rung of the ladder, up and down, on the running local stack. */
export function climbCommand(): Command {
  return new Command("climb")
    .description("take the running local stack up and down all rungs of docs/ladder.md while visitors write")
    .option("--n <number>", "how many times", wholeNumber, 1)
    .addHelpText(
      "after",
      "\nTakes some minutes. At the end the stack is as its settings say. Exit code: 0 when nothing was lost.",
    )
    .action(async ({ n }: { n: number }) => {
      const stack = await openLocalStack();
      const runs: Measurements[] = [];
      const say = (line: string) => console.log(`  ${line}`);
      while (runs.length < n) {
        if (n > 1) console.log(`${runs.length + 1} of ${n}`);
        runs.push(await runClimb(stack, say));
        // After each one, so that an interrupted series keeps what it has.
        writeResult(makeResult(climb, { environment: stack.environment, runs }));
        writeMeasuredPage();
      }
      await leaveLadder(stack, say);
      const missed = makeResult(climb, { environment: stack.environment, runs }).claims.filter(({ met }) => !met);
      for (const { text, measured } of missed) console.log(`not met: ${text}: ${measured?.worst ?? "not measured"}`);
      if (missed.length > 0) process.exitCode = 1;
    });
}
