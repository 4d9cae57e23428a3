import { UNKNOWN, type Values } from "../../../provider/grpc/types";

/** The inputs of a resource as data: what is checked, compared, replaced and planned follows from these tables. */
export type Properties = Readonly<Record<string, Property>>;

/** What the plugin knows about one property of a resource: enough for Check, Diff and what a preview foretells. */
export interface Property {
  readonly kind: "string" | "integer" | "boolean" | "labels" | "strings" | "integers" | "object" | "objects";
  readonly required?: boolean;
  /** The API chooses a value when the program does not: saying nothing is then no difference to anything. */
  readonly computed?: boolean;
  readonly default?: unknown;
  /** Part of a nested object that only the API gives; never an input. */
  readonly output?: boolean;
  /** A change replaces the resource. */
  readonly replaces?: boolean;
  /** The order of the entries means nothing. */
  readonly unordered?: boolean;
  /** Of an `object` or of each of `objects`. */
  readonly fields?: Properties;
  /** Like the value, but written as the API writes it. */
  readonly normalise?: (value: unknown) => unknown;
  /** What the state remembers of the input, where that is not the value itself. */
  readonly stored?: (value: unknown) => unknown;
  /** What is wrong with a value, if anything; never asked about unknown ones. */
  readonly check?: (value: unknown) => string | undefined;
  /** Whether the state is as the input wants it, for properties with rules of their own. */
  readonly same?: (current: unknown, desired: unknown) => boolean;
}

/** Whether anything in it is not known yet. */
export function hasUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(hasUnknown);
}

/** Nothing, in all the ways in which inputs, states and API answers spell it. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === 0 || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** What a program means with an input: written as the API writes it, with defaults for what it does not say. */
export function meant(property: Property, value: unknown): unknown {
  const said = value ?? property.default;
  if (said === undefined || said === null || said === UNKNOWN) return said;
  const written = property.normalise ? property.normalise(said) : said;
  if (!property.fields) return written;
  const { fields } = property;
  return Array.isArray(written)
    ? written.map((entry) => (entry === UNKNOWN ? entry : meantFields(fields, entry as Values)))
    : meantFields(fields, written as Values);
}

function meantFields(fields: Properties, values: Values): Values {
  const all = Object.entries(fields).map(([name, field]) => [name, meant(field, values[name])]);
  return Object.fromEntries(all.filter(([, value]) => value !== undefined)) as Values;
}

/** Whether the state is as the program wants it. An unknown input counts as a change, as it may be one. */
export function same(property: Property, current: unknown, input: unknown): boolean {
  if ((input === undefined || input === null) && property.computed) return true;
  const desired = meant(property, input);
  if (hasUnknown(desired)) return false;
  if (property.same) return property.same(current, desired);
  const stored = property.stored && !isEmpty(desired) ? property.stored(desired) : desired;
  if (isEmpty(current) && isEmpty(stored)) return true;
  switch (property.kind) {
    case "labels": {
      const [before, after] = [(current ?? {}) as Values, (stored ?? {}) as Values];
      const keys = Object.keys({ ...before, ...after });
      return keys.every((key) => before[key] === after[key]);
    }
    case "strings":
    case "integers":
      return sameEntries(property, current, stored, (a, b) => a === b);
    case "objects":
      return sameEntries(property, current, stored, (a, b) => sameFields(property.fields ?? {}, a, b));
    case "object":
      return sameFields(property.fields ?? {}, current, stored);
    default:
      return current === stored;
  }
}

function sameFields(fields: Properties, current: unknown, desired: unknown): boolean {
  const [before, after] = [(current ?? {}) as Values, (desired ?? {}) as Values];
  return Object.entries(fields).every(([name, field]) => same(field, before[name], after[name]));
}

function sameEntries(
  property: Property,
  current: unknown,
  desired: unknown,
  equal: (a: unknown, b: unknown) => boolean,
): boolean {
  const [before, after] = [asList(current), asList(desired)];
  if (before.length !== after.length) return false;
  if (!property.unordered) return after.every((entry, index) => equal(before[index], entry));
  return unmatched(before, after, equal).length === 0;
}

/** Entries of `after` that have no partner of their own in `before`. */
export function unmatched(
  before: readonly unknown[],
  after: readonly unknown[],
  equal: (a: unknown, b: unknown) => boolean,
): unknown[] {
  const free = [...before];
  return after.filter((entry) => {
    const partner = free.findIndex((candidate) => equal(candidate, entry));
    if (partner >= 0) free.splice(partner, 1);
    return partner < 0;
  });
}

/** An absent list is an empty one. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
