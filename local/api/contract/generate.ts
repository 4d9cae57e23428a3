/**
 * Makes generated/contract.json, and what tests hold answers against, from Hetzner's published API schema:
 *
 *     npx ts-node local/api/contract/generate.ts --schema hcloud-openapi.json
 *
 * Only what request validation and routing need is kept, one operation a line, so that a new version of the schema shows
 * as a readable diff.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { deviations } from "./deviations";
import { toJsonSchema, type Json, type JsonObject } from "./jsonSchema";
import type { ContractOperation } from "./contract";
import { withoutProse } from "./prose";

/** Kinds that the local cloud does not build: their operations are known, their bodies are not needed. */
const unbuilt = /^\/(certificates|load_balancers)/;

/** Tests need the answers too; with the texts it would be five times as large. */
const testedSchema = join(__dirname, "../../../tests/support/generated/apiSchema.json");

interface Document {
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, JsonObject>>;
  readonly components: { readonly schemas: JsonObject };
}

/** What the handlers and the validator need of a published OpenAPI document: no prose, no examples. */
export function operationsOf(document: Document): ContractOperation[] {
  const operations: ContractOperation[] = [];
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const method of ["get", "post", "put", "delete"]) {
      const operation = methods[method] as JsonObject | undefined;
      if (operation === undefined) continue;
      const name = `${method.toUpperCase()} ${path}`;
      const body = unbuilt.test(path) ? undefined : bodyOf(name, operation, document.components.schemas);
      const query = queryOf(operation);
      operations.push({ name, status: successOf(name, operation), ...(body && { body }), ...(query && { query }) });
    }
  }
  return operations;
}

function successOf(name: string, operation: JsonObject): number {
  const status = Object.keys(operation.responses as JsonObject).find((code) => code.startsWith("2"));
  if (status === undefined) throw new Error(`${name}: the schema names no successful answer`);
  return Number(status);
}

function bodyOf(name: string, operation: JsonObject, schemas: JsonObject): JsonObject | undefined {
  const content = (operation.requestBody as JsonObject | undefined)?.content as JsonObject | undefined;
  if (content === undefined) return undefined;
  const schema = toJsonSchema((content["application/json"] as JsonObject).schema as JsonObject, schemas);
  for (const deviation of deviations) if (deviation.operation === name) deviation.apply(schema);
  return schema;
}

function queryOf(operation: JsonObject): Record<string, readonly string[] | true> | undefined {
  const parameters = ((operation.parameters ?? []) as JsonObject[]).filter((parameter) => parameter.in === "query");
  if (parameters.length === 0) return undefined;
  return Object.fromEntries(
    parameters.map((parameter) => {
      const schema = parameter.schema as JsonObject;
      const values = ((schema.items as JsonObject | undefined) ?? schema).enum as Json[] | undefined;
      return [parameter.name as string, (values as string[] | undefined) ?? true];
    }),
  );
}

function main(): void {
  const { values } = parseArgs({ options: { schema: { type: "string" } } });
  if (values.schema === undefined) throw new Error("usage: generate.ts --schema FILE (the published OpenAPI document)");
  const published = JSON.parse(readFileSync(values.schema, "utf8")) as Document & JsonObject;
  const { info, paths, components } = published;
  const schema = withoutProse({ info: { version: info.version }, paths, components: { schemas: components.schemas } });
  writeFileSync(testedSchema, `${JSON.stringify(schema)}\n`);
  const document = published as Document;
  const lines = operationsOf(document).map((operation) => `    ${JSON.stringify(operation)}`);
  const text = `{\n  "version": ${JSON.stringify(document.info.version)},\n  "operations": [\n${lines.join(",\n")}\n  ]\n}\n`;
  writeFileSync(join(__dirname, "generated", "contract.json"), text);
}

if (require.main === module) main();
