import { createInterface } from "node:readline/promises";
import { UserError } from "../errors";

/**
 * Asks a person to type a word before something that cannot be undone.
 *
 * @param given the word from the command line, if it stood there
 * @param flag how the command line gives it, e.g. `--yes staging`
 * @throws UserError when the answer is another word, or no person can answer
 */
export async function confirm(word: string, given: string | undefined, flag: string): Promise<void> {
  const refusal = `this is not a terminal, so nothing was asked and nothing was done: confirm with ${flag}`;
  const typed = given ?? (await ask(`Type ${word} to go on: `, refusal));
  if (typed.trim() !== word)
    throw new UserError(`not confirmed: "${typed.trim()}" is not "${word}". Nothing was done.`);
}

/**
 * Asks a person whether to go on. `--yes` answers beforehand.
 *
 * @throws UserError when the answer is not yes, or no person can answer
 */
export async function askForConsent(question: string, yes: boolean): Promise<void> {
  if (yes) return;
  const refusal = `${question}\nThis is not a terminal, so nothing was asked: add --yes if you mean it.`;
  const answer = await ask(`${question}\nGo on? [y/N] `, refusal);
  if (!/^y(es)?$/i.test(answer.trim())) throw new UserError("nothing was done");
}

/** @param refusal the error where standard input is no terminal */
async function ask(question: string, refusal: string): Promise<string> {
  if (!process.stdin.isTTY) throw new UserError(refusal);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}
