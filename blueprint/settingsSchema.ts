import { z } from "zod";
import { schema } from "./schema";

/**
 * The JSON schema of a `Pulumi.<stack>.yaml`, for editors. Only keys of ours are judged; other namespaces and Pulumi's own
 * keys pass.
 */
export function settingsSchema(): object {
  const ours = Object.entries(schema).map(([name, section]) => {
    const json = z.toJSONSchema(section, { io: "input", unrepresentable: "any" });
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
          [`^holdfast:(?!(${Object.keys(schema).join("|")})$)`]: false,
        },
      },
    },
  };
}
