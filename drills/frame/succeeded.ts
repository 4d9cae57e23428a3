/**
 * The result of a program that has to work for a drill to go on.
 *
 * @param failure what it means when it did not, e.g. `the roll-out failed`
 * @throws with the end of what the program said
 */
export function succeeded<Result extends { readonly code: number; readonly output: string }>(
  result: Result,
  failure: string,
): Result {
  if (result.code !== 0) throw new Error(`${failure}:\n${result.output.slice(-3000)}`);
  return result;
}
