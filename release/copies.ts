import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Release } from "../blueprint/resolve/release";
import type { StorePlace } from "../blueprint/resolve/store";
import { parseReference } from "../blueprint/releaseReference";
import { whoBuilds } from "./build/build";
import { pack } from "./build/pack";
import { openStore } from "./store/open";
import type { ReleaseStore } from "./store/store";

/** Copies that a store keeps of each app, the newest ones: as many as machines keep unpacked. */
export const keptCopies = 5;

/**
 * Keeps a copy of a release that is about to be rolled out without having been built: a folder is another one after the
 * next edit, and without a copy there would be no way back to it. Only where the store is a folder: elsewhere people
 * build their releases, and an upload would hold up every roll-out.
 */
export async function keepCopy(
  { source, manifest }: Release,
  { written, sha256, place }: { written: string; sha256: string; place: StorePlace },
): Promise<void> {
  const kind = parseReference(written).value?.kind;
  if (place.kind !== "folder" || kind === "version" || kind === "content") return;
  const store = openStore(place);
  const { name, version } = manifest;
  if (await store.find({ kind: "content", name, sha256 })) return;
  const aside = await mkdtemp(join(tmpdir(), "holdfast-release-"));
  try {
    const archive = join(aside, "release.tar.gz");
    const { size } = await pack(source, archive);
    const built = new Date().toISOString();
    const copy = { name, version, sha256, size, built, builtBy: whoBuilds(), copyOf: written, manifest };
    await store.put(copy, archive);
    await removeOldCopies(store, name);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}

async function removeOldCopies(store: ReleaseStore, name: string): Promise<void> {
  const copies = (await store.list()).filter((one) => one.name === name && one.copyOf !== undefined);
  for (const old of copies.slice(keptCopies)) await store.remove(old);
}
