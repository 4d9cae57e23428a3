import { isIP } from "node:net";
import { z } from "zod";
import { parseRange } from "./ranges";

/**
 * What is known about one setting beside its type. It feeds the errors, the editors' schema and docs/settings.md, so each
 * fact is written once.
 */
export interface Meta {
  /** One or two sentences; the default is described as behaviour. */
  readonly description: string;
  /** Why a value outside of what is allowed cannot work; shown with each error. */
  readonly why: string;
  /** What somebody would write, in YAML. */
  readonly example: string;
  /** What may be written, in words, where the type alone does not tell, e.g. `a path that starts with /`. */
  readonly form?: string;
  /** Never repeated in errors. */
  readonly secret?: boolean;
}

/** What settings say about themselves, for docs/settings.md and the editor's schema. */
export const meta = z.registry<Meta>();

/** The description goes to zod as well, which puts it into the JSON schema. `describe` copies, so it comes first. */
function documented<T extends z.ZodType>(schema: T, about: Meta): T {
  const described = schema.describe(about.description);
  meta.add(described, about);
  return described;
}

/** A whole number between two limits, both allowed. */
export function wholeNumber(min: number, max: number, about: Meta) {
  return documented(z.number().int().min(min).max(max), about);
}

/** A number that may have a fraction, e.g. seconds. */
export function decimal(min: number, max: number, about: Meta) {
  return documented(z.number().min(min).max(max), about);
}

/** One of these words. */
export function oneOf<const T extends readonly [string, ...string[]] | string[]>(values: T, about: Meta) {
  return documented(z.enum(values), about);
}

/** Text of one form, which errors name in words. */
export function text(pattern: RegExp, about: Meta & { readonly form: string }) {
  return documented(z.string().regex(pattern), about);
}

/** Addresses in CIDR form. */
export function addressRange(about: Meta) {
  const shape = z.string().regex(/^[0-9A-Fa-f.:]+\/\d{1,3}$/, { abort: true });
  const form = "an address and a prefix length, e.g. 198.51.100.7/32 or 2001:db8::/48";
  return documented(
    shape.refine((range) => parseRange(range) !== undefined),
    { form, ...about },
  );
}

/** One address, or addresses in CIDR form. */
export function addressOrRange(about: Meta) {
  const shape = z.string().regex(/^[0-9A-Fa-f.:]+(\/\d{1,3})?$/, { abort: true });
  const form = "an address, or a range such as 198.51.100.0/24";
  return documented(
    shape.refine((written) => isIP(written) !== 0 || parseRange(written) !== undefined),
    { form, ...about },
  );
}

/** A day. The engine hands over one that is written without quotes as a moment. */
export function date(about: Meta) {
  const shape = z.string().regex(/^\d{4}-\d{2}-\d{2}(T00:00:00Z| 00:00:00 \+0000 UTC)?$/, { abort: true });
  const form = "a day, written as YEAR-MONTH-DAY";
  return documented(
    shape.refine((written) => isDay(written.slice(0, 10))).transform((written) => written.slice(0, 10)),
    { form, ...about },
  );
}

/** Whether the calendar has it: 31 February is another day. */
function isDay(written: string): boolean {
  const day = new Date(`${written}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(written);
}

/** Text for what is usual, a group for more. */
export function textOrGroup<T extends z.ZodType, G extends z.ZodType>(short: T, group: G, about: Meta) {
  return documented(z.union([short, group]), about);
}

/** Yes or no. */
export function flag(about: Meta) {
  return documented(z.boolean(), about);
}

/** Between `min` and `max` items, both allowed. */
export function listOf<T extends z.ZodType>(item: T, about: Meta, { min = 0, max = 1000 } = {}) {
  return documented(z.array(item).min(min).max(max), about);
}

/** A name → value map whose names follow a pattern. */
export function mapOf(names: RegExp, about: Meta & { readonly form: string }) {
  return documented(z.record(z.string().regex(names), z.string()), about);
}

/** A name → group map whose names follow a pattern. */
export function groupsOf<T extends z.ZodObject>(names: RegExp, group: T, about: Meta & { readonly form: string }) {
  return documented(z.record(z.string().regex(names), group), about);
}

/** A section: unknown keys are errors, because a misspelt setting that is ignored is worse than one that stops. */
export function section<T extends z.ZodRawShape>(shape: T, about: Meta) {
  return documented(z.strictObject(shape), about);
}

/** Defaults and optional marks lie around the schema that knows keys and limits. */
export function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
    ? unwrap(schema.unwrap() as z.ZodType)
    : schema;
}

/** The group that each name of a map has; none where it has texts. */
export function groupOfEach(schema: z.ZodType): z.ZodObject | undefined {
  return schema instanceof z.ZodRecord && schema.valueType instanceof z.ZodObject ? schema.valueType : undefined;
}

/** The group that may stand in place of a text; any other schema as it is. */
export function groupIn(schema: z.ZodType): z.ZodType {
  if (!(schema instanceof z.ZodUnion)) return schema;
  return (schema.options as z.ZodType[]).find((option) => option instanceof z.ZodObject) ?? schema;
}
