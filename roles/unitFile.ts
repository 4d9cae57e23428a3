import { heading, lines } from "./text";

type Lines = readonly (string | undefined | readonly (string | undefined)[])[];

/**
 * A unit of systemd, or a drop-in of one (systemd.syntax(7)).
 *
 * @param sections their lines, comments among them, by the section's name, in the order of the file
 */
export function unitFile(sections: Readonly<Record<string, Lines>>): string {
  const parts = Object.entries(sections).map(([name, content]) => lines(`[${name}]`, ...content));
  return `${lines(heading())}${parts.join("\n")}`;
}
