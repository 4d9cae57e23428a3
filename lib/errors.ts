import { readVariable } from "./environmentVariables";
import { printable } from "./printable";

/**
 * An error that a person can correct, shown without a stack trace. The message names the thing, the value and the
 * fix.
 */
export class UserError extends Error {
  constructor(
    message: string,
    readonly exitCode = 1,
  ) {
    super(message);
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Prints an error, with its origin only under HOLDFAST_DEBUG=1, and gives the exit code. */
export function report(error: unknown, write: (line: string) => void = (line) => console.error(line)): number {
  write(`holdfast: ${printable(messageOf(error))}`);
  if (readVariable("HOLDFAST_DEBUG") === "1" && error instanceof Error && error.stack) write(printable(error.stack));
  return error instanceof UserError ? error.exitCode : 1;
}
