import { InvalidArgumentError, Option } from "commander";
import { localCloudName } from "../local/paths";

/** `--stack` of commands that work on the local stack unless another one is named. */
export function stackOption(): Option {
  return new Option("--stack <name>", "the stack").default(localCloudName(), "the local one");
}

/** An option that may stand on the command line several times; its value is the list of all. */
export function repeatedOption(flags: string, description: string): Option {
  return new Option(flags, description).argParser((one, all: string[]) => [...all, one]).default([]);
}

/** For options that count. @throws InvalidArgumentError, which commander shows beside the option */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("has to be a whole number from 1");
  return number;
}

/** The command behind `--`. commander keeps the dashes where a command passes options through. */
export function commandBehindDashes(words: readonly string[]): string[] {
  return words[0] === "--" ? words.slice(1) : [...words];
}
