import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT } from "../../stack/checkout";

/** A number that stands in a program as `NAME = 90`, whichever language that is written in; products are worked out. */
export function constant(file: string, name: string): number {
  const text = readFileSync(join(CHECKOUT, file), "utf8");
  const [, value] = new RegExp(`^\\s*(?:export )?(?:const )?${name}\\s*[:=]\\s*([\\d._* ]+)`, "m").exec(text) ?? [];
  if (value === undefined) throw new Error(`${file} says no longer what ${name} is`);
  return value
    .replaceAll("_", "")
    .split("*")
    .reduce((product, factor) => product * Number(factor), 1);
}

/** The number that a file has in the brackets of this pattern. */
export function numberIn(file: string, pattern: RegExp): number {
  const [, value] = pattern.exec(readFileSync(join(CHECKOUT, file), "utf8")) ?? [];
  if (value === undefined) throw new Error(`${file} does not match ${pattern.source} any more`);
  return Number(value);
}
