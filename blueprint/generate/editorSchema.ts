import { z } from "zod";
import { meta } from "../fields";
import { sections } from "../sections";

/**
 * The JSON schema of a `Pulumi.<stack>.yaml`, for editors. Only keys of ours are judged; other namespaces and Pulumi's own
 * keys pass.
 */
export function editorSchema(): object {
  const ours = Object.entries(sections).map(([name, section]) => {
    const json = z.toJSONSchema(section, {
      io: "input",
      unrepresentable: "any",
      override: ({ zodSchema, jsonSchema }) => {
        if (isSecret(zodSchema)) allowEncrypted(jsonSchema);
      },
    });
    // The file names its dialect once, at the top.
    delete json.$schema;
    return [`holdfast:${name}`, json] as const;
  });
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Settings of a Holdfast stack",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(ours),
        required: ["holdfast:location", "holdfast:app"],
        patternProperties: {
          // Whatever else starts with holdfast: is a slip.
          [`^holdfast:(?!(${Object.keys(sections).join("|")})$)`]: false,
        },
      },
    },
  };
}

function isSecret(field: unknown): boolean {
  return field instanceof z.ZodType && meta.get(field)?.secret === true;
}

/** `pulumi config set --secret` writes `{ secure: … }` in place of a text. */
function allowEncrypted(json: z.core.JSONSchema.BaseSchema): void {
  const encrypted: z.core.JSONSchema.JSONSchema = {
    type: "object",
    properties: { secure: { type: "string" } },
    required: ["secure"],
  };
  if (json.type === "object") {
    json.additionalProperties = { anyOf: [{ type: "string" }, encrypted] };
  } else {
    const { type, pattern } = json;
    delete json.type;
    delete json.pattern;
    json.anyOf = [{ type, pattern }, encrypted];
  }
}
