/* eslint-disable @typescript-eslint/no-require-imports -- `import()` of TypeScript without a build step needs another
   ending under Jest than under ts-node; require means the same in both. */
import type { ParsedSettings } from "../blueprint/parseSettings";
import { parseReference } from "../blueprint/releaseReference";
import { resolveStore } from "../blueprint/resolve/store";
import type * as copies from "./copies";
import type * as fetching from "./fetching";
import { lookInto } from "./folder";

/**
 * What the Pulumi program wants of releases. Archives, stores and downloads are loaded when there is something for them
 * to do: a preview of a stack that runs a folder has no use for them.
 */

/**
 * Brings what `app.release` names to this computer, so that reading the settings can stay a pure function. What is wrong
 * with it becomes a problem of the settings. A folder is on this computer already, and is looked into.
 */
export async function withRelease(parsed: ParsedSettings): Promise<ParsedSettings> {
  const { app, releases } = parsed.sections;
  const reference = app && parseReference(app.release).value;
  const place = releases && resolveStore(releases, parsed).value;
  if (!reference || !place) return parsed;
  if (reference.kind === "folder") return { ...parsed, obtained: await lookInto(app.release, parsed.source) };
  const { obtain } = require("./fetching") as typeof fetching;
  return { ...parsed, obtained: await obtain(app.release, reference, { place, source: parsed.source }) };
}

/** Whether what `app.release` names is in the store; only then the store's keys are needed. */
export function comesFromStore({ sections: { app } }: ParsedSettings): boolean {
  const kind = app && parseReference(app.release).value?.kind;
  return kind === "version" || kind === "content";
}

/** Keeps what is about to be rolled out, so that there is a way back to it. */
export async function keepCopy(...args: Parameters<typeof copies.keepCopy>): Promise<void> {
  await (require("./copies") as typeof copies).keepCopy(...args);
}
