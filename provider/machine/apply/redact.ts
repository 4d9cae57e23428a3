/** Shorter words are left: ordinary text may contain them. */
const shortestSecret = 8;

/**
 * Removes secrets from a message of a machine: a validator may quote the line that it refuses. Removes whole lines of
 * secret contents, and words in them that look like a password or a token.
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
