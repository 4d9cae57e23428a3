import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { isMap, isScalar, parseDocument } from "yaml";
import { requireSettingsFile } from "../checkout";
import { UserError } from "../../lib/errors";
import { replaceFile } from "../../lib/files";

/**
 * Writes `app.release` into a stack's settings and leaves everything else, comments and form, as it is.
 *
 * @throws UserError when there is no such stack, or its file is not YAML
 */
export function setRelease(stack: string, release: string): void {
  const path = requireSettingsFile(stack);
  const text = readFileSync(path, "utf8");
  const changed = textWithRelease(text, release);
  if (changed === undefined)
    throw new UserError(`${basename(path)} is not YAML, or has no group holdfast:app: correct it first`);
  if (changed === text) return;
  replaceFile(path, changed);
}

/** The text of a settings file with another release; undefined if it has no group for the app. */
export function textWithRelease(text: string, release: string): string | undefined {
  const document = parseDocument(text);
  const app: unknown = document.getIn(["config", "holdfast:app"]);
  if (document.errors.length > 0 || !isMap(app)) return undefined;
  const written: unknown = app.get("release", true);
  if (isScalar(written) && written.range) {
    // Replaces only these characters: the YAML library would change the layout of the file.
    const [start, end] = written.range;
    return text.slice(0, start) + scalar(release) + text.slice(end);
  }
  app.set("release", release);
  return document.toString({ lineWidth: 0 });
}

/** A scalar that is valid in flow and in block style. */
function scalar(text: string): string {
  return /^[A-Za-z0-9./][A-Za-z0-9./_@+:-]*$/.test(text) && !text.endsWith(":") ? text : JSON.stringify(text);
}
