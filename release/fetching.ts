import { existsSync } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { basename, isAbsolute, join } from "node:path";
import type { ObtainedRelease } from "../blueprint/parseSettings";
import type { StorePlace } from "../blueprint/resolve/store";
import type { ReleaseReference } from "../blueprint/releaseReference";
import type { SettingsSource } from "../blueprint/settingsSource";
import { readManifest } from "../blueprint/resolve/release";
import { contentsOfTar } from "./archive/contents";
import { contentProblems } from "./contents";
import { unresolvedRelease, isClosed } from "./unresolved";
import { decompress } from "./archive/tar";
import { cachedTar, findDownload, findInCache, noteDownload, releaseCache, touchCache } from "./cache";
import { download } from "./download";
import { ReleaseError } from "./errors";
import { aboutSetting } from "./folder";
import { storeKeysIn } from "./store/environmentKeys";
import { openStore } from "./store/open";

/** Fetches what a reference names into the cache, as a tar. What is wrong becomes a problem of the setting. */
export async function obtain(
  written: string,
  reference: Exclude<ReleaseReference, { kind: "folder" }>,
  { place, source }: { place: StorePlace; source: SettingsSource },
): Promise<ObtainedRelease> {
  const isStored = reference.kind === "version" || reference.kind === "content";
  if (isStored && isClosed(source, place, storeKeysIn(process.env) !== undefined)) {
    return unresolvedRelease(written, reference, releaseCache());
  }
  try {
    const tar = await tarOf(written, reference, { place: opened(place, source), folder: source.folder });
    const contents = await contentsOfTar(tar, written);
    const { manifest } = contents;
    await touchCache(tar);
    const problems = await contentProblems(contents, readManifest(manifest).value);
    return { written, source: tar, manifest, problems: problems.map(aboutSetting) };
  } catch (error) {
    if (error instanceof ReleaseError) return { written, problems: [error.asProblem(written)] };
    throw error;
  }
}

/** Leaves out stand-ins for keys, so that the environment's keys count. */
function opened(place: StorePlace, { secretsAreStandIns }: SettingsSource): StorePlace {
  return secretsAreStandIns && (place.kind === "bucket" || place.kind === "web")
    ? { ...place, keys: undefined }
    : place;
}

/** The reference's tar in the cache. @throws ReleaseError when it cannot be had, or is not what it should be */
async function tarOf(
  written: string,
  reference: Exclude<ReleaseReference, { kind: "folder" }>,
  { place, folder }: { place: StorePlace; folder: string },
): Promise<string> {
  const aside = await mkdtemp(join(releaseCache(), ".fetching-"));
  try {
    switch (reference.kind) {
      case "file": {
        const file = isAbsolute(reference.path) ? reference.path : join(folder, reference.path);
        if (!existsSync(file)) throw noSuchFile(written);
        return await intoCache(file, aside, { thing: written });
      }
      case "address": {
        const { url, sha256 } = reference;
        const cached = await findDownload(sha256);
        if (cached !== undefined) return cached;
        const file = join(aside, basename(new URL(url).pathname));
        await download(url, file);
        return await intoCache(file, aside, { thing: url, file: sha256 });
      }
      case "version":
      case "content": {
        const store = openStore(place);
        const release = await store.require(reference);
        const cached = await findInCache(release.sha256);
        if (cached !== undefined) return cached;
        const file = join(aside, "release.tar.gz");
        await store.fetch(release, file);
        return await intoCache(file, aside, { thing: written, tar: release.sha256 });
      }
    }
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

/** Decompresses a release, compares the checksum, and only then gives the tar its name in the cache. */
async function intoCache(
  file: string,
  aside: string,
  expected: { thing: string; file?: string; tar?: string },
): Promise<string> {
  const tar = join(aside, "release.tar");
  const found = await decompress(file, expected.thing, tar);
  for (const what of ["file", "tar"] as const) {
    const sha256 = expected[what];
    if (sha256 === undefined || sha256 === found[what]) continue;
    throw new ReleaseError(expected.thing, {
      wrong: `has the SHA-256 ${found[what]} instead of ${sha256}`,
      why: "it is not what was built and tested",
      fix: "find out who changed it; only if that was you, correct the checksum or build the release again",
    });
  }
  const cached = cachedTar(found.tar);
  await rename(tar, cached);
  if (expected.file !== undefined) await noteDownload(expected.file, found.tar);
  return cached;
}

function noSuchFile(written: string): ReleaseError {
  return new ReleaseError(written, {
    wrong: "does not exist",
    why: "the machines get what is in it",
    fix: "correct the path (it starts from the folder of Pulumi.yaml), or build it: `npx holdfast release build DIR`",
  });
}
