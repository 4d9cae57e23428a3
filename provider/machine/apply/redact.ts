/** Shorter words are too common to be told from ordinary text. */
const shortestSecret = 8;

/**
 * Takes secrets out of a machine's message: a validator may quote the line that it does not like. Whole lines of secret
 * contents go, and of each line the words that look like a password or a token.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const words = new Set<string>();
  for (const line of secrets.flatMap((secret) => secret.split("\n"))) {
    if (line.trim().length >= shortestSecret) words.add(line.trim());
    for (const word of line.split(/[\s=:"',;]+/)) {
      if (word.length >= shortestSecret && /\d/.test(word) && /[a-z]/i.test(word)) words.add(word);
    }
  }
  const longestFirst = [...words].sort((one, other) => other.length - one.length);
  return longestFirst.reduce((left, word) => left.replaceAll(word, "[secret]"), text);
}
