import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ObtainedRelease } from "../blueprint/parseSettings";
import type { ReleaseReference } from "../blueprint/releaseReference";
import type { StorePlace } from "../blueprint/resolve/store";
import type { SettingsSource } from "../blueprint/settingsSource";

/** What a preview says about a release that it could not look up. */
export function unresolvedWarning(written: string): string {
  return `${written} was not looked up, since its store cannot be read from here: what it needs and how it is started is not in this preview.`;
}

/** A release that only its store knows. */
type Stored = Extract<ReleaseReference, { kind: "version" | "content" }>;

/**
 * Whether a preview without secrets cannot read the store: the keys in the settings are stand-ins and the environment has
 * none, or the store is a folder of another computer.
 */
export function isClosed({ secretsAreStandIns = false }: SettingsSource, place: StorePlace, hasKeys: boolean): boolean {
  if (!secretsAreStandIns) return false;
  switch (place.kind) {
    case "folder":
      return !existsSync(place.path);
    case "web":
      return place.keys !== undefined && !hasKeys;
    case "bucket":
      return !hasKeys;
    default:
      return true;
  }
}

/**
 * Stands for a release that cannot be looked up: its name and version, and a start command that starts nothing. Equal
 * references give equal checksums and others do not, so a preview sees whether the release changes.
 *
 * @param cache folder in which it is put together
 */
export async function unresolvedRelease(written: string, reference: Stored, cache: string): Promise<ObtainedRelease> {
  const { name } = reference;
  const version = reference.kind === "version" ? reference.version : `sha256-${reference.sha256.slice(0, 12)}`;
  // JSON is YAML, with text in quotes whatever it looks like.
  const manifest = `${JSON.stringify({ name, version, start: `(the start command of ${written}, which was not looked up)` })}\n`;
  const source = join(cache, "not-looked-up", `${name}@${version}`);
  await mkdir(source, { recursive: true });
  await writeFile(join(source, "holdfast.yaml"), manifest);
  return { written, source, manifest, isUnresolved: true, problems: [] };
}
