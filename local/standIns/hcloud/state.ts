import { UNKNOWN, type Values } from "../../../provider/grpc/types";
import { DEFAULTS } from "./check";
import { asList, isEmpty, meant, same, type Properties, type Property } from "./properties";
import type { Resource } from "./resource";

/**
 * The state as it will be: what the program gives, what is kept, and the engine's unknown for what only the API knows.
 *
 * @param olds the state before, for an update
 */
export function planned(resource: Resource, inputs: Values, olds?: Values): Values {
  const state: Values = {};
  for (const name of [...Object.keys(resource.properties), ...resource.outputs]) {
    const property = (resource.properties as Readonly<Record<string, Property | undefined>>)[name];
    const given = inputs[name] ?? property?.default;
    if (property && olds && isStored(olds[name]) && same(property, olds[name], inputs[name])) {
      state[name] = olds[name];
    } else if (property && given !== undefined && given !== null) {
      const value = completed(property, meant(property, given));
      state[name] = property.stored && value !== UNKNOWN ? property.stored(value) : value;
    } else if (olds && (!property || property.computed)) {
      state[name] = olds[name];
    } else if (!property || property.computed) {
      state[name] = UNKNOWN;
    } else if (resource.group === "sdk") {
      state[name] = isListKind(property) ? [] : null;
    }
  }
  if (olds?.id !== undefined) state.id = olds.id;
  return resource.plan ? resource.plan(state, inputs as never) : state;
}

/** Fields of nested objects that the API will choose are unknown until then. */
function completed(property: Property, value: unknown): unknown {
  const { fields } = property;
  if (!fields || value === UNKNOWN) return value;
  const complete = (entry: unknown): unknown =>
    entry === UNKNOWN
      ? entry
      : {
          ...Object.fromEntries(
            Object.keys(fields)
              .filter((name) => fields[name].computed || fields[name].output)
              .map((name) => [name, UNKNOWN]),
          ),
          ...(entry as Values),
        };
  return Array.isArray(value) ? value.map(complete) : complete(value);
}

/**
 * Inputs after a refresh: what the program had set, as it is now. What it had not set stays out: it shows up in the
 * outputs, and as a difference at the next preview. For an import: everything that is set.
 */
export function inputsAfterRead(resource: Resource, inputs: Values, olds: Values, state: Values): Values {
  if (Object.keys(olds).length === 0 && Object.keys(inputs).length === 0) return imported(resource, state);
  const result: Values = { ...inputs };
  for (const [name, property] of Object.entries(resource.properties)) {
    const before = inputs[name];
    if (before === undefined || same(property, state[name], before)) continue;
    result[name] =
      property.kind === "labels"
        ? pick((state[name] ?? {}) as Values, Object.keys(before as Values))
        : inputOf(property, state[name]);
  }
  return result;
}

function imported(resource: Resource, state: Values): Values {
  const inputs = importedFields(resource.properties, state);
  return resource.group === "sdk" ? { ...inputs, [DEFAULTS]: [] } : inputs;
}

function importedFields(properties: Properties, state: Values): Values {
  const result: Values = {};
  for (const [name, property] of Object.entries(properties)) {
    if (property.output || (isEmpty(state[name]) && !property.required)) continue;
    result[name] = inputOf(property, state[name]);
  }
  return result;
}

/** The part of an output that can be written as an input. */
function inputOf(property: Property, value: unknown): unknown {
  const { fields } = property;
  if (!fields || value === undefined || value === null) return value;
  return Array.isArray(value)
    ? asList(value).map((entry) => importedFields(fields, entry as Values))
    : importedFields(fields, value as Values);
}

function pick(values: Values, keys: readonly string[]): Values {
  return Object.fromEntries(keys.filter((key) => key in values).map((key) => [key, values[key]]));
}

function isStored(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isListKind({ kind }: Property): boolean {
  return kind === "strings" || kind === "integers" || kind === "objects";
}
