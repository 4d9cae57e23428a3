import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv, { type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { toJsonSchema, type JsonObject } from "../../local/api/contract/jsonSchema";
import { readVariable } from "../../lib/environmentVariables";

/** Hetzner's published API schema: HOLDFAST_API_SCHEMA, else the one that local/api/contract/generate.ts kept. */
export const schemaFile = readVariable("HOLDFAST_API_SCHEMA") ?? join(__dirname, "generated/apiSchema.json");

interface Operation {
  readonly path: RegExp;
  readonly method: string;
  readonly name: string;
  readonly responses: JsonObject;
}

/** Holds answers of the API against the published schema. */
export class ApiSchema {
  private readonly ajv = new Ajv({ strict: false, allErrors: true });
  private readonly validators = new Map<string, ValidateFunction>();
  private readonly operations: readonly Operation[];
  private readonly schemas: JsonObject;
  /** How many answers were held against the schema. */
  checked = 0;

  constructor() {
    addFormats(this.ajv);
    this.ajv.addFormat("decimal", /^-?\d+(\.\d+)?$/);
    const document = JSON.parse(readFileSync(schemaFile, "utf8")) as JsonObject;
    this.schemas = (document.components as JsonObject).schemas as JsonObject;
    this.operations = Object.entries(document.paths as JsonObject).flatMap(([path, methods]) =>
      Object.entries(methods as JsonObject)
        .filter(([method]) => ["get", "post", "put", "delete"].includes(method))
        .map(([method, operation]) => ({
          path: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
          method: method.toUpperCase(),
          name: `${method.toUpperCase()} ${path}`,
          responses: (operation as JsonObject).responses as JsonObject,
        })),
    );
  }

  /**
   * @param path e.g. `/servers/12`, without `/v1` and query
   * @returns what is wrong with the answer, one line each; empty when nothing is
   */
  problems(method: string, path: string, status: number, body: unknown): string[] {
    const matched = this.operationOf(method, path);
    if (matched === undefined) return [];
    this.checked++;
    const response = (matched.responses[String(status)] ?? matched.responses[`${String(status).slice(0, 1)}xx`]) as
      JsonObject | undefined;
    if (response === undefined) return [`${matched.name}: the schema has no answer with status ${String(status)}`];
    const content = (response.content as JsonObject | undefined)?.["application/json"] as JsonObject | undefined;
    if (content === undefined) return body === undefined ? [] : [`${matched.name}: the answer should have no body`];
    const validate = this.validator(`${matched.name} ${String(status)}`, content.schema as JsonObject);
    if (validate(body)) return [];
    return (validate.errors ?? []).map((error) => `${matched.name}: ${error.instancePath} ${error.message ?? ""}`);
  }

  /** The one that shares most words with the path: `/servers/actions` is no server called "actions". */
  private operationOf(method: string, path: string): Operation | undefined {
    const words = path.split("/");
    const shared = ({ name }: Operation) =>
      name
        .split(" ")[1]
        .split("/")
        .filter((part, at) => part === words[at]).length;
    const candidates = this.operations.filter((candidate) => candidate.method === method && candidate.path.test(path));
    return candidates.sort((a, b) => shared(b) - shared(a)).at(0);
  }

  private validator(key: string, schema: JsonObject): ValidateFunction {
    const known = this.validators.get(key);
    if (known !== undefined) return known;
    const validator = this.ajv.compile(toJsonSchema(schema, this.schemas, ["format"]));
    this.validators.set(key, validator);
    return validator;
  }
}
