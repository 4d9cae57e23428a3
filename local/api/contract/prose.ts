import type { Json, JsonObject } from "./jsonSchema";

const prose = new Set([
  "description",
  "example",
  "examples",
  "title",
  "summary",
  "externalDocs",
  "deprecated",
  "tags",
  "operationId",
]);
/** Words of OpenAPI whose children have names that the API gave: a location's `description` is no prose. */
const named = new Set(["paths", "schemas", "responses", "properties", "content"]);

/** A published OpenAPI document without its texts and examples: what is left are facts, and a fifth of the size. */
export function withoutProse(document: JsonObject): JsonObject {
  return strip(document, false) as JsonObject;
}

function strip(value: Json, namesBelow: boolean): Json {
  if (Array.isArray(value)) return value.map((item) => strip(item, false));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => namesBelow || !(prose.has(name) || name.startsWith("x-")))
      .map(([name, child]) => [name, strip(child, !namesBelow && named.has(name))]),
  );
}
