/** The command behind `--`; commander hands the dashes over where options are passed through. */
export function commandBehindDashes(words: readonly string[]): string[] {
  return words[0] === "--" ? words.slice(1) : [...words];
}
