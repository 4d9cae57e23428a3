import { isAbsolute, join } from "node:path";
import { parse } from "yaml";
import { explain } from "../explain";
import { type Manifest, manifestSchema } from "../manifest";
import type { ObtainedRelease, ParsedSettings } from "../parseSettings";
import type { Problem } from "../problems";
import { parseReference } from "../releaseReference";
import type { SettingsSource } from "../settingsSource";

/** The release that a stack runs: where it is on this computer, and what it says about itself. */
export interface Release {
  /** Absolute path of the release's folder, or of its tar. */
  readonly source: string;
  readonly manifest: Manifest;
  /** Its store was not asked: the manifest holds no more than its name and version. */
  readonly isUnresolved?: boolean;
}

const setting = "holdfast:app.release";
const why = "a release tells in holdfast.yaml how an instance is started and what it needs";

interface Result {
  readonly value?: Release;
  readonly problems: readonly Problem[];
}

/**
 * Finds the release and reads its holdfast.yaml.
 *
 * @throws when it is not a folder and the caller forgot to obtain it: a mistake in a program, not in settings
 */
export function resolveRelease(written: string, { source, obtained }: ParsedSettings): Result {
  const { value: reference, problems } = parseReference(written);
  if (!reference) return { problems };
  if (reference.kind === "folder") return withProblems(resolveFolder(written, source), obtained, written);
  if (obtained?.written !== written)
    throw new Error(`the release ${written} was not obtained before settings were read`);
  if (obtained.source === undefined || obtained.manifest === undefined) return { problems: obtained.problems };
  const { value, problems: mistakes } = resolveManifest(obtained.manifest, obtained.source);
  const found = { value: value && { ...value, isUnresolved: obtained.isUnresolved }, problems: mistakes };
  return withProblems(found, obtained, written);
}

/** With what is wrong in the release itself. */
function withProblems(found: Result, obtained: ObtainedRelease | undefined, written: string): Result {
  const more = obtained?.written === written ? obtained.problems : [];
  return more.length === 0 ? found : { problems: [...found.problems, ...more] };
}

function resolveFolder(path: string, { folder, readText }: SettingsSource): Result {
  const source = isAbsolute(path) ? path : join(folder, path);
  const text = readText(join(source, "holdfast.yaml"));
  if (text !== undefined) return resolveManifest(text, source);
  return {
    problems: [
      {
        setting,
        value: path,
        wrong: "has no holdfast.yaml that can be read",
        why,
        fix: "name the release's folder, e.g. `release: ./examples/guestbook`, or add a holdfast.yaml to it",
      },
    ],
  };
}

function resolveManifest(text: string, source: string): Result {
  const { value, problems } = readManifest(text);
  return value ? { value: { source, manifest: value }, problems } : { problems };
}

/** Reads the text of a holdfast.yaml. */
export function readManifest(text: string): { value?: Manifest; problems: readonly Problem[] } {
  const input = parseYaml(text);
  if (input instanceof Error) {
    const [wrong = "unreadable"] = input.message.split("\n");
    return {
      problems: [
        { setting: `${setting} (holdfast.yaml)`, wrong: `is not YAML: ${wrong}`, why, fix: "correct that line" },
      ],
    };
  }
  const result = manifestSchema.safeParse(input);
  return result.success
    ? { value: result.data, problems: [] }
    : { problems: explain("holdfast.yaml", manifestSchema, input, result.error) };
}

function parseYaml(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
