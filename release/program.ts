/* eslint-disable @typescript-eslint/no-require-imports -- `import()` of TypeScript without a build step needs another
   ending under Jest than under tsx; require means the same in both. */
import { parseReference } from "../blueprint/releaseReference";
import { type SettingsSource, writtenText } from "../blueprint/settingsSource";
import type * as copies from "./copies";
import type * as fetching from "./fetching";

/**
 * What the Pulumi program wants of releases. Archives, stores and downloads are loaded when there is something for them
 * to do: a preview of a stack that runs a folder has no use for them.
 */

/**
 * Brings what `app.release` names to this computer, so that reading the settings can stay a pure function. What is wrong
 * with it becomes a problem of the settings, told with all others. A folder is there already and costs nothing.
 */
export async function withRelease(source: SettingsSource): Promise<SettingsSource> {
  const written = releaseOf(source);
  const reference = written === undefined ? undefined : parseReference(written).value;
  if (written === undefined || !reference || reference.kind === "folder") return source;
  const { obtain } = require("./fetching") as typeof fetching;
  return { ...source, obtained: await obtain(written, reference, source) };
}

/** What `app.release` says, as far as that can be read. */
export function releaseOf({ config }: Pick<SettingsSource, "config">): string | undefined {
  return writtenText(config["holdfast:app"], "release");
}

/** Whether what `app.release` names lies in the store; only then the store's keys are needed. */
export function comesFromStore(source: Pick<SettingsSource, "config">): boolean {
  const kind = parseReference(releaseOf(source) ?? "").value?.kind;
  return kind === "version" || kind === "content";
}

/** Keeps what is about to be rolled out, so that there is a way back to it. */
export async function keepCopy(...args: Parameters<typeof copies.keepCopy>): Promise<void> {
  await (require("./copies") as typeof copies).keepCopy(...args);
}
