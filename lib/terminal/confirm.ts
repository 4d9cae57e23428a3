import { createInterface } from "node:readline/promises";
import { UserError } from "../errors";

/**
 * Asks a person to type a word before something that cannot be undone.
 *
 * @param given the word from the command line, where it stood there
 * @param flag how it is given there, e.g. `--yes staging`
 * @throws UserError when it is another one, or when there is nobody to ask
 */
export async function confirm(word: string, given: string | undefined, flag: string): Promise<void> {
  const typed = given ?? (await ask(`Type ${word} to go on: `, flag));
  if (typed.trim() !== word)
    throw new UserError(`not confirmed: "${typed.trim()}" is not "${word}". Nothing was done.`);
}

async function ask(question: string, flag: string): Promise<string> {
  if (!process.stdin.isTTY)
    throw new UserError(`this is not a terminal, so nothing was asked and nothing was done: confirm with ${flag}`);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}
