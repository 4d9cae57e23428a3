/** The first line of each file that we put on a machine: a person who opens it there learns where to change it. */
export function heading(mark = "#"): string {
  return `${mark} Written by Holdfast: change the settings and run \`pulumi up\`; what is edited here is put back.`;
}

/** Lines to a file: groups of lines may be nested or left out. */
export function lines(...parts: readonly (string | undefined | readonly (string | undefined)[])[]): string {
  return `${parts
    .flat()
    .filter((line) => line !== undefined)
    .join("\n")}\n`;
}
