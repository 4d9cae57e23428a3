import { isAbsolute, join } from "node:path";
import { parse } from "yaml";
import { explain } from "../explain";
import { type Manifest, manifestSchema } from "../manifest";
import type { Problem } from "../problems";
import type { SettingsSource } from "../settings";

/** The release that a stack runs: where it is on this computer, and what it says about itself. */
export interface Release {
  /** Absolute path of the release's folder. */
  readonly source: string;
  readonly manifest: Manifest;
}

const setting = "holdfast:app.release";

/** Finds the release's folder and reads its holdfast.yaml. */
export function resolveRelease(
  path: string,
  { folder, readText }: SettingsSource,
): { value?: Release; problems: readonly Problem[] } {
  const source = isAbsolute(path) ? path : join(folder, path);
  const text = readText(join(source, "holdfast.yaml"));
  if (text === undefined) {
    return {
      problems: [
        {
          setting,
          value: path,
          wrong: "has no holdfast.yaml that can be read",
          why: "a release tells in holdfast.yaml how an instance is started and what it needs",
          fix: "name the release's folder, e.g. `release: ./examples/guestbook`, or add a holdfast.yaml to it",
        },
      ],
    };
  }
  const input = parseYaml(text);
  if (input instanceof Error) {
    const [wrong = "unreadable"] = input.message.split("\n");
    return {
      problems: [
        {
          setting: `${setting} (holdfast.yaml)`,
          wrong: `is not YAML: ${wrong}`,
          why: "a release tells in holdfast.yaml how an instance is started and what it needs",
          fix: "correct that line",
        },
      ],
    };
  }
  const result = manifestSchema.safeParse(input);
  return result.success
    ? { value: { source, manifest: result.data }, problems: [] }
    : { problems: explain("holdfast.yaml", manifestSchema, input, result.error) };
}

function parseYaml(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
