/** Words in colour for a terminal; unchanged for a file, a pipe and NO_COLOR. */
export interface Colours {
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly green: (text: string) => string;
  readonly bold: (text: string) => string;
}

const same = (text: string): string => text;

/** Without any colour. */
export const plain: Colours = { red: same, yellow: same, green: same, bold: same };

const code = (start: number, end: number) => (text: string) => `\u001b[${start}m${text}\u001b[${end}m`;

const ansi: Colours = { red: code(31, 39), yellow: code(33, 39), green: code(32, 39), bold: code(1, 22) };

/** Whether a stream shows colours: a terminal does, unless NO_COLOR is set (https://no-color.org). */
export function hasColours(
  stream: { readonly isTTY?: boolean } = process.stdout,
  environment: NodeJS.ProcessEnv = process.env,
): boolean {
  return stream.isTTY === true && !environment.NO_COLOR;
}

/** The colours that the stream can show. */
export function coloursFor(...where: Parameters<typeof hasColours>): Colours {
  return hasColours(...where) ? ansi : plain;
}

/** Colours that can be read on light and on dark ground: cyan, yellow, green, magenta, blue. */
const nameColours = [36, 33, 32, 35, 34];

/** Puts a name before each line. All names are as wide as the widest, and each has its colour. */
export function prefixer(names: readonly string[], coloured: boolean): (name: string, line: string) => string {
  const width = Math.max(0, ...names.map((name) => name.length));
  return (name, line) => {
    const colour = nameColours[Math.max(0, names.indexOf(name)) % nameColours.length] ?? 0;
    const head = name.padEnd(width);
    return `${coloured ? code(colour, 0)(head) : head}  ${line}`;
  };
}
