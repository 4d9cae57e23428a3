import { Secret, UNKNOWN } from "../../grpc/types";
import { fieldsOf } from "./values";

/** Of a file or folder on a machine. */
export const absolutePath = /^\/(?:[^/\0]+\/)*[^/\0]+$/;
/** Name or number of a user or group. */
export const account = /^(?:[a-z_][a-z0-9_-]{0,31}\$?|\d{1,9})$/;

/** Takes a refusal: the property as the engine names it, and the reason. */
export type Refuse = (property: string, reason: string) => void;

/** Refuses what is no text of this pattern. Unknown values are not checked, nor absent ones unless required. */
export function checkText(
  refuse: Refuse,
  value: unknown,
  property: string,
  pattern: RegExp,
  what: string,
  required = false,
): void {
  if ((value === undefined && !required) || isUnknown(value)) return;
  const plain = reveal(value);
  if (typeof plain === "string" && pattern.test(plain)) return;
  refuse(property, `${show(value)} is not ${what}`);
}

/** Refuses what is no number of seconds. 0 is one. */
export function checkSeconds(refuse: Refuse, value: unknown, property: string): void {
  if (value === undefined || isUnknown(value)) return;
  const seconds = reveal(value);
  if (typeof seconds !== "number" || !(seconds >= 0)) refuse(property, `${show(value)} is not a number of seconds`);
}

/** A whole number within these bounds. */
export function checkWhole(
  refuse: Refuse,
  value: unknown,
  property: string,
  least: number,
  most: number,
  what: string,
) {
  if (value === undefined || isUnknown(value)) return;
  const number = reveal(value);
  if (Number.isInteger(number) && (number as number) >= least && (number as number) <= most) return;
  refuse(property, `${show(value)} is not ${what}`);
}

/** Without its secret wrapping. */
export function reveal(value: unknown): unknown {
  return value instanceof Secret ? value.value : value;
}

/** Whether the value is not known in this preview. */
export function isUnknown(value: unknown): boolean {
  return reveal(value) === UNKNOWN;
}

/** The same as pairs. */
export function entries(value: unknown): [string, unknown][] {
  return Object.entries(fieldsOf(value));
}

/** A list's items; none where it is no list. */
export function list(value: unknown): unknown[] {
  const plain = reveal(value);
  return Array.isArray(plain) ? plain : [];
}

/** The value for a message. A secret is never shown. */
export function show(value: unknown): string {
  return value instanceof Secret ? "The (secret) value" : value === undefined ? "Nothing" : JSON.stringify(value);
}
