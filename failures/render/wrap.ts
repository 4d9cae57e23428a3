/** Breaks a text at spaces into lines of at most so many characters; a longer word gets a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** A label in a column of its own, and the wrapped text beside it. */
export function beside(label: string, text: string, { indent, column, width }: Layout): string[] {
  const start = " ".repeat(indent);
  return wrap(text, width - indent - column).map(
    (line, index) => `${start}${(index === 0 ? label : "").padEnd(column)}${line}`,
  );
}

/** In characters. */
export interface Layout {
  readonly indent: number;
  /** Width of the labels' column. */
  readonly column: number;
  readonly width: number;
}
