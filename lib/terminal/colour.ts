/** Words in colour for a terminal; as they are where nobody sees colours (a file, a pipe, NO_COLOR). */
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

/** What the stream can show; https://no-color.org is obeyed. */
export function coloursFor(
  stream: { readonly isTTY?: boolean } = process.stdout,
  environment: NodeJS.ProcessEnv = process.env,
): Colours {
  return stream.isTTY === true && !environment.NO_COLOR ? ansi : plain;
}
