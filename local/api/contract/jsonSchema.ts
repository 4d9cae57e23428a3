/** Any JSON value of a schema document. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = Record<string, Json>;

/** Keys of an OpenAPI schema that a validator needs; everything else is prose or display. */
const validating = ["type", "enum", "minimum", "maximum", "minLength", "maxLength", "pattern", "minItems", "maxItems"];

/**
 * Turns an OpenAPI 3.0 schema into a JSON schema without prose: references are put in place, `nullable` becomes a type
 * of its own.
 *
 * @param schemas the document's `components.schemas`
 * @param more keys to keep beside those that every validator needs, e.g. `format`
 */
export function toJsonSchema(schema: JsonObject, schemas: JsonObject, more: readonly string[] = []): JsonObject {
  if (typeof schema.$ref === "string") {
    const name = schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1);
    const target = schemas[name];
    if (target === undefined) throw new Error(`the schema refers to "${schema.$ref}", which it does not define`);
    return toJsonSchema(target as JsonObject, schemas, more);
  }

  const convert = (value: Json) => toJsonSchema(value as JsonObject, schemas, more);
  const result: JsonObject = {};
  for (const key of [...validating, ...more]) if (schema[key] !== undefined) result[key] = schema[key];
  for (const key of ["allOf", "anyOf", "oneOf"]) {
    const alternatives = schema[key];
    if (Array.isArray(alternatives)) result[key] = alternatives.map(convert);
  }
  if (schema.items !== undefined) result.items = convert(schema.items);
  if (schema.properties !== undefined) {
    const properties = Object.entries(schema.properties as JsonObject);
    result.properties = Object.fromEntries(properties.map(([name, value]) => [name, convert(value)]));
  }
  if (Array.isArray(schema.required) && schema.required.length > 0) result.required = schema.required;
  if (typeof schema.additionalProperties === "object") {
    result.additionalProperties = convert(schema.additionalProperties);
  }
  return schema.nullable === true ? nullable(result) : result;
}

function nullable(schema: JsonObject): JsonObject {
  if (typeof schema.type !== "string") return { anyOf: [schema, { type: "null" }] };
  const result: JsonObject = { ...schema, type: [schema.type, "null"] };
  if (Array.isArray(schema.enum)) result.enum = [...schema.enum, null];
  return result;
}
