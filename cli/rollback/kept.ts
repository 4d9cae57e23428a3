import { type ReleaseReference, referenceText } from "../../blueprint/releaseReference";
import type { ReleaseStore, StoredRelease } from "../../release/store/store";
import { UserError } from "../../lib/errors";
import { isSame, type KnownRelease } from "./plan";

/** The release in the store that machines know under this name. A built one counts before a copy. */
export function findKept(release: KnownRelease, stored: readonly StoredRelease[]): StoredRelease | undefined {
  const same = stored.filter((one) => isSame(knownRelease(one), release));
  return same.find(({ copyOf }) => copyOf === undefined) ?? same[0];
}

/** The release as logs on machines name it. */
export function knownRelease({ name, version, sha256 }: StoredRelease): KnownRelease & { sha256: string } {
  return { label: `${name} ${version}`, sha256 };
}

/** How settings name it. */
export function keptReference({ name, version, sha256, copyOf }: StoredRelease): string {
  const reference: ReleaseReference =
    copyOf === undefined ? { kind: "version", name, version } : { kind: "content", name, sha256 };
  return referenceText(reference);
}

/** @throws UserError when the store does not have it, with what to do then */
export function requireKept(
  release: KnownRelease,
  stored: readonly StoredRelease[],
  store: ReleaseStore,
  stack: string,
): StoredRelease {
  const kept = findKept(release, stored);
  if (kept) return kept;
  const checksum = release.sha256 === undefined ? "" : ` (SHA-256 ${release.sha256.slice(0, 12)}…)`;
  const name = release.label.split(" ")[0] ?? "";
  const others = stored.filter((one) => one.name === name).map(keptReference);
  throw new UserError(
    [
      `${release.label}${checksum} was rolled out before, but ${store.place} does not have it.`,
      "Check out its source, build it (`npx holdfast release build DIR`), and run rollback again;",
      others.length > 0
        ? `or go back to another release: \`npx holdfast rollback --stack ${stack} --to VERSION\` (there: ${others.slice(0, 10).join(", ")}).`
        : "the store has no other release of this app.",
    ].join("\n"),
  );
}
