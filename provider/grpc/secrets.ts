import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import { Secret, type Values } from "./types";

/** Key and value by which the engine marks an object that stands for a special kind of value. */
const KIND = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Values of a message, secrets as `Secret` at the depth at which they stand. Assets and archives stay what they are. */
export function decode(struct: Struct | undefined): Values {
  return struct ? (wrap(struct.toJavaScript()) as Values) : {};
}

/** A message of these values: secrets signed, `undefined` left out (a protobuf struct has no such thing). */
export function encode(values: Values): Struct {
  return Struct.fromJavaScript(sign(values, "") as Record<string, JavaScriptValue>);
}

/** The same values without their secret wrapping. */
export function unwrap<T>(value: T): T {
  return map(value, (leaf) => (leaf instanceof Secret ? unwrap(leaf.value) : leaf)) as T;
}

/** Names of the top-level properties that are secret or contain something secret. */
export function secretNames(values: Values): Set<string> {
  return new Set(Object.keys(values).filter((name) => containsSecret(values[name])));
}

/**
 * Makes the named top-level properties secret. A property with one secret entry becomes secret as a whole: nothing here
 * tells which part of an output came from which part of an input.
 */
export function remark(values: Values, names: ReadonlySet<string>): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      names.has(name) && value !== undefined && value !== null && !(value instanceof Secret)
        ? new Secret(unwrap(value))
        : value,
    ]),
  );
}

function containsSecret(value: unknown): boolean {
  if (value instanceof Secret) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(containsSecret);
}

function wrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wrap);
  if (typeof value !== "object" || value === null) return value;
  const object = value as Record<string, unknown>;
  if (object[KIND] === SECRET) return new Secret(wrap(object.value));
  return Object.fromEntries(Object.entries(object).map(([name, entry]) => [name, wrap(entry)]));
}

function sign(value: unknown, path: string): unknown {
  if (value instanceof Secret) return { [KIND]: SECRET, value: sign(value.value, path) };
  if (Array.isArray(value)) return value.map((entry, index) => sign(entry ?? null, `${path}[${String(index)}]`));
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (Number.isFinite(value)) return value;
      break;
    case "object":
      if (value === null) return null;
      if (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null) {
        return Object.fromEntries(
          Object.entries(value)
            .filter(([, entry]) => entry !== undefined)
            .map(([name, entry]) => [name, sign(entry, path ? `${path}.${name}` : name)]),
        );
      }
  }
  throw new TypeError(`Property ${path} cannot be sent to the engine: it is neither plain data nor a Secret.`);
}

function map(value: unknown, leaf: (value: unknown) => unknown): unknown {
  if (value instanceof Secret || typeof value !== "object" || value === null) return leaf(value);
  if (Array.isArray(value)) return value.map((entry) => map(entry, leaf));
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, map(entry, leaf)]));
}
