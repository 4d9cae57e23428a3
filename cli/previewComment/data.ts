import { z } from "zod";
import { UserError } from "../../lib/errors";
import { parsePrintable } from "../../lib/printable";
import { operations } from "../../stack/preview/resources";
import type { EnvironmentChange } from "./environmentChange";

/** What a comment says, as data. */
export interface CommentData {
  readonly before: string;
  readonly environments: readonly EnvironmentChange[];
}

/** Characters of a file with it. */
const largestData = 8_000_000;
/** Characters of one text. */
const text = z.string().max(20_000);
const texts = z.array(text).max(5_000).readonly();
const name = z.string().regex(/^[\w.-]{1,100}$/);

const resource = z.strictObject({
  operation: z.enum(operations),
  kind: name,
  name: text,
  properties: texts,
});

const environment = z.strictObject({
  stack: name,
  errors: texts,
  resources: z.array(resource).max(5_000).readonly(),
  consequences: texts,
  refused: z.array(resource).max(5_000).readonly(),
  services: texts,
  releases: texts,
  files: z
    .array(
      z.strictObject({
        machines: z.array(name).max(1_000).readonly(),
        path: text,
        what: z.enum(["new", "changed", "removed"]),
        lines: z.array(text).max(50_000).readonly().optional(),
        hidden: text.optional(),
      }),
    )
    .max(5_000)
    .readonly(),
  failures: z
    .array(
      z.strictObject({
        kind: z.enum(["failure", "price"]),
        effect: z.enum(["better", "worse", "neutral"]),
        text,
      }),
    )
    .max(1_000)
    .readonly(),
  price: text.optional(),
  incomparable: text.optional(),
  notes: texts.optional(),
});

const schema = z.strictObject({
  version: z.literal(1),
  before: text,
  environments: z.array(environment).max(100).readonly(),
});

/** The file that a pull request's job hands over: data, of which main's code makes the comment. */
export function writeData({ before, environments }: CommentData): string {
  const bare = ({ operation, kind, name: own, properties }: EnvironmentChange["resources"][number]) => ({
    operation,
    kind,
    name: own,
    properties,
  });
  const all = environments.map((one) => ({
    ...one,
    resources: one.resources.map(bare),
    refused: one.refused.map(bare),
  }));
  return JSON.stringify({ version: 1, before, environments: all });
}

/**
 * Reads such a file, which anybody may have written.
 *
 * @throws UserError naming the first place that is not as it should be, and never its text
 */
export function readData(json: string): CommentData {
  if (json.length > largestData) throw new UserError(`the file has more than ${largestData} characters`);
  let given: unknown;
  try {
    given = parsePrintable(json);
  } catch {
    throw new UserError("the file is no JSON");
  }
  const read = schema.safeParse(given);
  if (!read.success) {
    const { path = [], code = "" } = read.error.issues[0] ?? {};
    const where = path.map(String).join(".").slice(0, 200) || "its top";
    throw new UserError(`the file is not what \`npx holdfast preview-comment --data\` writes: ${code} at ${where}`);
  }
  const full = (one: z.infer<typeof resource>) => ({ ...one, urn: "", paths: [], protected: false });
  const { before, environments } = read.data;
  return {
    before,
    environments: environments.map((one) => ({
      ...one,
      resources: one.resources.map(full),
      refused: one.refused.map(full),
    })),
  };
}
