import type { Command } from "commander";
import { stringify } from "yaml";
import { parseReference, referenceText } from "../../blueprint/releaseReference";
import type { StoredReference, StoredRelease } from "../../release/store/store";
import { UserError } from "../../lib/errors";
import { usedBy } from "./list";
import { stackUses } from "../../stack/release/stacks";
import { stackStore } from "../../stack/release/stackStore";
import { bytes, minute, storeCommand } from "./store";

export function showCommand(): Command {
  return storeCommand("show", "show all that the store knows about one release")
    .argument("<release>", "e.g. guestbook@1.4.0")
    .option("--json", "for programs")
    .action(async (written: string, options: { stack: string; store?: string; json?: boolean }) => {
      const { store } = await stackStore(options.stack, options.store);
      const release = await store.require(storedReference(written));
      console.log(options.json ? JSON.stringify(release, null, 2) : described(release));
    });
}

/** @throws UserError when the text does not name a release of a store */
export function storedReference(written: string): StoredReference {
  const { value } = parseReference(written);
  if (value?.kind === "version" || value?.kind === "content") return value;
  throw new UserError(`"${written}" is not a release of the store: write NAME@VERSION, e.g. guestbook@1.4.0`);
}

function described(release: StoredRelease): string {
  const kind = release.copyOf === undefined ? "version" : "content";
  const lines = {
    "in settings": referenceText({ kind, ...release }),
    "SHA-256 of its tar": release.sha256,
    packed: bytes(release.size),
    [release.copyOf === undefined ? "built" : `copied from ${release.copyOf}`]:
      `${minute(release.built)} by ${release.builtBy}`,
    "used by": usedBy(release, stackUses()).join(", ") || "no stack that is known here",
    manifest: release.manifest,
  };
  return `${release.name} ${release.version}\n${stringify(lines, { lineWidth: 0 }).replace(/^/gm, "  ").trimEnd()}`;
}
