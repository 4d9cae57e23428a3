import { z } from "zod";
import { groupIn, groupOfEach, meta, unwrap, type Meta } from "./fields";
import { didYouMean } from "./nearest";
import type { Problem } from "./problems";

type Path = readonly PropertyKey[];

/** Turns zod's issues into problems that name the setting, the reason and the fix. */
export function explain(setting: string, schema: z.ZodType, input: unknown, error: z.ZodError): Problem[] {
  // A value of the wrong type has no wrong size as well, though zod measures a text where it wants a list.
  const issues = error.issues.flatMap(insideUnion);
  const mistyped = new Set(issues.filter(({ code }) => code === "invalid_type").map(({ path }) => join(setting, path)));
  return issues
    .filter(({ code, path }) => code === "invalid_type" || !mistyped.has(join(setting, path)))
    .flatMap((issue) => explainIssue(setting, schema, input, issue));
}

/** Where text or a group may stand: what is wrong with the one that was written. */
function insideUnion(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const meant = issue.errors.find((inner) => !inner.some(({ code, path }) => code === "invalid_type" && !path.length));
  if (!meant) return [issue];
  return meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

function explainIssue(setting: string, schema: z.ZodType, input: unknown, issue: z.core.$ZodIssue): Problem[] {
  const path = issue.path;
  const { about, secret } = metaAt(schema, path);
  const written = valueAt(input, path);
  const value = secret ? undefined : written;
  const here = join(setting, path);
  const base = { setting: here, why: about.why };
  const example = `e.g. \`${about.example}\``;
  const fix = `write ${range(schemaAt(schema, path))}${example}`;

  if ((written === undefined || written === null) && issue.code !== "unrecognized_keys") {
    return [{ ...base, wrong: "is missing", fix: `add it, ${example}` }];
  }
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = keysOf(schemaAt(schema, path));
      return issue.keys.map((key) => ({
        setting: join(here, [key]),
        wrong: "is not a setting",
        why: "a misspelt setting that is silently ignored does more harm than one that stops",
        fix: `${didYouMean(key, known)}known here: ${known.join(", ")}`,
      }));
    }
    case "invalid_type":
      return [{ ...base, value, wrong: `is ${article(written)}, not ${expected(issue.expected)}`, fix }];
    case "too_small":
    case "too_big": {
      const size = issue.code === "too_small" ? Number(issue.minimum) : Number(issue.maximum);
      const wrong =
        issue.origin === "array"
          ? `has ${issue.code === "too_small" ? `fewer than ${size}` : `more than ${size}`} ${size === 1 ? "entry" : "entries"}`
          : `is ${issue.code === "too_small" ? "less" : "more"} than ${size}`;
      return [{ ...base, value, wrong, fix }];
    }
    case "invalid_value": {
      const names = issue.values.map(String);
      const hint = typeof written === "string" ? didYouMean(written, names) : "";
      return [{ ...base, value, wrong: "is not known", fix: `${hint}write one of ${names.join(", ")}` }];
    }
    case "invalid_key":
      return [{ ...base, wrong: "is not a name that can be used", fix: `write ${about.form ?? example}` }];
    default:
      return [{ ...base, value, wrong: `is not ${about.form ?? "of the right form"}`, fix: `write ${example}` }];
  }
}

/** `holdfast:app` + [limits, exempt, 0] → `holdfast:app.limits.exempt[0]` */
function join(setting: string, path: Path): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}.${String(key)}`),
    setting,
  );
}

function valueAt(input: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      value !== null && typeof value === "object" ? (value as Record<PropertyKey, unknown>)[key] : value,
    input,
  );
}

function schemaAt(schema: z.ZodType, path: Path): z.ZodType {
  return path.reduce<z.ZodType>((outer, key) => {
    const at = groupIn(unwrap(outer));
    if (at instanceof z.ZodObject) return (at.shape as Record<PropertyKey, z.ZodType>)[key] ?? at;
    if (at instanceof z.ZodArray) return at.element as z.ZodType;
    return groupOfEach(at) ?? at;
  }, schema);
}

/** The description of a setting. It is secret if any group around it is. */
function metaAt(schema: z.ZodType, path: Path): { about: Meta; secret: boolean } {
  const way = path.map((_, depth) => meta.get(unwrap(schemaAt(schema, path.slice(0, depth + 1)))));
  const about = meta.get(unwrap(schemaAt(schema, path)));
  if (!about) throw new Error(`the setting ${join("", path)} has no description in blueprint/sections`);
  return { about, secret: way.some((step) => step?.secret) };
}

function keysOf(schema: z.ZodType): string[] {
  const inner = groupIn(unwrap(schema));
  return inner instanceof z.ZodObject ? Object.keys(inner.shape as object) : [];
}

/** The allowed range in words, to be followed by an example. Empty where the example is enough. */
function range(schema: z.ZodType): string {
  const inner = unwrap(schema);
  if (!(inner instanceof z.ZodNumber)) return "";
  return `a ${inner.format === "safeint" ? "whole " : ""}number from ${inner.minValue} to ${inner.maxValue}, `;
}

function article(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  const names: Record<string, string> = { object: "a group of settings", string: "text", boolean: "true or false" };
  return names[typeof value] ?? `a ${typeof value}`;
}

function expected(type: string): string {
  const names: Record<string, string> = {
    int: "a whole number",
    object: "a group of settings",
    record: "a group of names and values",
    array: "a list",
    string: "text",
    boolean: "true or false",
  };
  return names[type] ?? `a ${type}`;
}
