import { parseSettings } from "../../blueprint/parseSettings";
import { SettingsError } from "../../blueprint/problems";
import type { StoredRelease } from "../../release/store/store";
import { hashOfArchive } from "../../provider/machine/archives/source";
import { parseReference } from "../../blueprint/releaseReference";
import { readSettingsFile } from "../../stack/settingsFile";
import { readStackSettings } from "../../stack/readStackSettings";
import { isSame, type KnownRelease, type Rollout } from "./plan";
import type { ReleaseStep } from "./schema";

/** The release that the settings of a stack name. */
export interface RequestedRelease {
  /** As it stands there. */
  readonly written: string;
  /** Undefined if it cannot be read: a broken archive is a reason for a rollback. */
  readonly release?: KnownRelease;
  readonly manifest?: ReleaseStep["manifest"];
}

/** @throws SettingsError when something else than the release is wrong with the settings */
export async function readRequestedRelease(stack: string): Promise<RequestedRelease> {
  const written = parseSettings(readSettingsFile(stack)).sections.app?.release ?? "";
  try {
    const { settings } = await readStackSettings(stack);
    const { source, manifest } = settings.release;
    const label = `${manifest.name} ${manifest.version}`;
    return { written, release: { label, sha256: await hashOfArchive(source) }, manifest };
  } catch (error) {
    const aboutRelease = (setting: string) => /^(holdfast:app\.release|holdfast\.yaml)/.test(setting);
    if (error instanceof SettingsError && error.problems.every(({ setting }) => aboutRelease(setting))) {
      return { written };
    }
    throw error;
  }
}

/**
 * Whether the roll-out of the release in the settings began. A file, an address or a version is assumed to be rolled
 * out. A folder changes all day, so only a log entry or a copy in the store proves it.
 */
export function wasAttempted(
  { written, release }: RequestedRelease,
  rollouts: readonly Rollout[],
  stored: readonly StoredRelease[],
): boolean {
  if (parseReference(written).value?.kind !== "folder") return true;
  if (!release) return false;
  return (
    rollouts.some(({ to }) => isSame(to, release)) ||
    stored.some(({ copyOf, sha256 }) => copyOf && sha256 === release.sha256)
  );
}
