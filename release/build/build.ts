import { mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { ReleaseStore, StoredRelease } from "../store/store";
import { inspect } from "./inspect";
import { pack } from "./pack";

/**
 * Builds a release of a folder and puts it into the store. The same folder gives the same checksum on every computer.
 *
 * @returns the release, and whether it is new: one that is there already with the same content is left alone
 * @throws NotReleasable when it would not run, ReleaseError when its version is taken or the store cannot be reached
 */
export async function build(folder: string, store: ReleaseStore): Promise<{ release: StoredRelease; isNew: boolean }> {
  const manifest = await inspect(folder);
  const aside = await mkdtemp(join(tmpdir(), "holdfast-release-"));
  try {
    const archive = join(aside, "release.tar.gz");
    const { name, version } = manifest;
    const built = new Date().toISOString();
    const release = { name, version, ...(await pack(folder, archive)), built, builtBy: whoBuilds(), manifest };
    return { release, isNew: await store.put(release, archive) };
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** e.g. `anna@laptop`; in a pipeline the person who started it. */
export function whoBuilds(environment = process.env): string {
  return `${environment.GITHUB_ACTOR ?? environment.GITLAB_USER_LOGIN ?? userName()}@${hostname()}`;
}

/** A user without an entry in /etc/passwd, as containers have them, has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "somebody");
  }
}
