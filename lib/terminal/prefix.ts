/** Colours that can be read on light and on dark ground: cyan, yellow, green, magenta, blue. */
const colours = [36, 33, 32, 35, 34];

/** Whether a stream shows colours: a terminal does, unless its person does not want them (no-color.org). */
export function hasColours(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && process.env.NO_COLOR === undefined;
}

/** Puts a name before each line, the names as wide as the widest and each in its colour. */
export function prefixer(names: readonly string[], coloured: boolean): (name: string, line: string) => string {
  const width = Math.max(0, ...names.map((name) => name.length));
  return (name, line) => {
    const colour = colours[Math.max(0, names.indexOf(name)) % colours.length] ?? 0;
    const head = name.padEnd(width);
    return `${coloured ? `\u001b[${colour}m${head}\u001b[0m` : head}  ${line}`;
  };
}
