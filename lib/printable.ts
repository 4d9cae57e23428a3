import type { Readable } from "node:stream";

/**
 * Control characters, line and paragraph separators, and marks that change the direction of text. Newline and tab are
 * not among them.
 */
const unprintable = /(?![\n\t])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * Text from a machine or an app, for a person's terminal: what a terminal would obey instead of show becomes a visible
 * escape, e.g. `\x1b`. Otherwise an app could set the clipboard, clear the screen or hide lines.
 */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** Reads a machine's JSON. All its texts are printable, names of fields too. @throws SyntaxError when it is no JSON */
export function parsePrintable(json: string): unknown {
  return JSON.parse(json, (_name, value: unknown) => {
    if (typeof value === "string") return printable(value);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [printable(name), field as unknown]));
  });
}

/** The lines of a stream. Node's readline would also end them at characters that JSON and logs have within a line. */
export async function* linesOf(stream: Readable): AsyncGenerator<string> {
  stream.setEncoding("utf8");
  let rest: string[] = [];
  for await (const chunk of stream as AsyncIterable<string>) {
    const [first = "", ...others] = chunk.split("\n");
    rest.push(first);
    for (const next of others) {
      yield withoutReturn(rest.join(""));
      rest = [next];
    }
  }
  const last = rest.join("");
  if (last !== "") yield withoutReturn(last);
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
