import { UNKNOWN, type Autonaming, type Call, type CheckResult, type Values } from "../../../provider/grpc/types";
import { automaticName } from "./names";
import { hasUnknown, isEmpty, type Properties, type Property } from "./properties";
import type { Resource } from "./resource";

/** Key of the list that says which inputs the program left to the plugin. The engine never shows it. */
export const DEFAULTS = "__defaults";

/**
 * Inputs as the resource takes them: coerced to their types, with an automatic name, and with everything that is wrong
 * with them at once.
 *
 * @throws where the official plugin's Check itself fails: a number that is none
 */
export function checkInputs(
  resource: Resource,
  request: { news: Values; olds?: Values; randomSeed: Uint8Array; autonaming?: Autonaming },
  call: Call,
): CheckResult {
  const reasons: string[] = [];
  const inputs = coerceAll(resource.properties, request.news, "", resource.group === "sdk", reasons);
  const defaults: string[] = [];
  if (resource.properties.name && inputs.name === undefined && resource.namedAutomatically) {
    const name = automaticName(call.name, request);
    if (name !== undefined) {
      inputs.name = name;
      defaults.push("name");
    }
  }
  for (const [name, property] of Object.entries(resource.properties)) {
    const missing = property.required && (inputs[name] === undefined || inputs[name] === "");
    if (missing) reasons.push(`Missing required property '${name}'`);
    if (inputs[name] === undefined && property.default !== undefined && resource.group === "sdk") {
      inputs[name] = property.default;
      defaults.push(name);
    }
  }
  if (resource.group === "sdk") inputs[DEFAULTS] = defaults.sort();
  return { inputs, failures: reasons.map((reason) => ({ property: "", reason })) };
}

function coerceAll(properties: Properties, values: Values, path: string, strict: boolean, reasons: string[]): Values {
  const result: Values = {};
  for (const [name, value] of Object.entries(values)) {
    if (name === DEFAULTS || value === undefined || value === null) continue;
    const property = (properties as Readonly<Record<string, Property | undefined>>)[name];
    if (!property) {
      if (strict) reasons.push(`'${path}${name}' is not a property of this resource`);
      else result[name] = value;
      continue;
    }
    result[name] = coerce(property, value, path + name, strict, reasons);
    if (hasUnknown(result[name]) || isEmpty(result[name])) continue;
    const reason = property.check?.(result[name]);
    if (reason) reasons.push(`${path}${name}: ${reason}`);
  }
  for (const [name, field] of path ? Object.entries(properties) : []) {
    if (field.required && result[name] === undefined) reasons.push(`Missing required property '${path}${name}'`);
  }
  return result;
}

function coerce(property: Property, value: unknown, path: string, strict: boolean, reasons: string[]): unknown {
  if (value === UNKNOWN) return value;
  const { kind, fields = {} } = property;
  switch (kind) {
    case "integer":
      return toInteger(value, path);
    case "boolean":
      if (typeof value === "boolean") return value;
      if (value === "true" || value === "false") return value === "true";
      reasons.push(`${path}: ${JSON.stringify(value)} is not a boolean`);
      return value;
    case "string":
      return toText(value);
    case "labels":
      return Object.fromEntries(
        Object.entries(value as Values)
          .filter(([, entry]) => entry !== null && entry !== undefined)
          .map(([key, entry]) => [key, toText(entry)]),
      );
    case "strings":
      return toArray(value, path).map(toText);
    case "integers":
      return toArray(value, path).map((entry) => (entry === UNKNOWN ? entry : toInteger(entry, path)));
    case "objects":
      return toArray(value, path).map((entry, index) =>
        entry === UNKNOWN ? entry : coerceAll(fields, entry as Values, `${path}[${String(index)}].`, strict, reasons),
      );
    case "object":
      return coerceAll(fields, value as Values, `${path}.`, strict, reasons);
  }
}

function toInteger(value: unknown, path: string): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) {
    throw new Error(`${path}: ${JSON.stringify(value)} is not a number.`);
  }
  return Math.trunc(number);
}

function toText(value: unknown): unknown {
  return typeof value === "number" || typeof value === "boolean" ? String(value) : value;
}

function toArray(value: unknown, path: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${path}: expected a list, not ${JSON.stringify(value)}.`);
}
