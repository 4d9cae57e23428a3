import { InvalidArgumentError } from "commander";

/** For a flag that counts something. @throws InvalidArgumentError, which commander shows beside the flag */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError("has to be a whole number from 1");
  return number;
}
