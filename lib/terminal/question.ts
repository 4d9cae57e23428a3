import { createInterface } from "node:readline/promises";
import { UserError } from "../errors";

/**
 * Asks before something is overwritten. Whoever says `--yes` is not asked.
 *
 * @throws when nobody is there to answer, or the answer is not yes
 */
export async function askForConsent(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY)
    throw new UserError(`${question}\nThis is not a terminal, so nothing was asked: add --yes if you mean it.`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question}\nGo on? [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim())) throw new UserError("nothing was changed");
  } finally {
    terminal.close();
  }
}
