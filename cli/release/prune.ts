import type { Command } from "commander";
import { keptCopies } from "../../release/copies";
import type { StoredRelease } from "../../release/store/store";
import { askForConsent } from "../../lib/terminal/confirm";
import { wholeNumber } from "../options";
import { releaseTable } from "./list";
import { type StackUse, stackUses, usesRelease } from "../../stack/release/stacks";
import { stackStore } from "../../stack/release/stackStore";
import { storeCommand } from "./store";

export function pruneCommand(): Command {
  return storeCommand("prune", "remove old releases from the store; releases that a stack names or runs stay")
    .option("--keep <count>", "how many releases of each app stay (default: holdfast:releases.keep)", wholeNumber)
    .option("--dry-run", "only show what would be removed")
    .option("--yes", "do not ask")
    .action(async (options: { stack: string; store?: string; keep?: number; dryRun?: boolean; yes?: boolean }) => {
      const { store, keep } = await stackStore(options.stack, options.store);
      const old = tooOld(await store.list(), stackUses(), options.keep ?? keep);
      if (old.length === 0) {
        console.log(`Nothing to remove from ${store.place}.`);
        return;
      }
      const shown = releaseTable(old, []);
      if (options.dryRun) {
        console.log(`Would be removed from ${store.place}:\n${shown}`);
        return;
      }
      await askForConsent(`These releases are removed from ${store.place}:\n${shown}`, options.yes ?? false);
      for (const release of old) await store.remove(release);
      console.log(`Removed ${old.length} from ${store.place}.`);
    });
}

/**
 * The releases that may be removed. Of each app the newest ones stay, built ones and copies counted apart. Releases
 * that a stack names or runs stay too.
 *
 * @param releases the newest first
 */
export function tooOld(
  releases: readonly StoredRelease[],
  uses: readonly StackUse[],
  keep: number,
): readonly StoredRelease[] {
  const counts = new Map<string, number>();
  return releases.filter((release) => {
    const isCopy = release.copyOf !== undefined;
    const kind = `${release.name} ${isCopy ? "copy" : "built"}`;
    const position = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, position);
    const stays = position <= (isCopy ? Math.min(keep, keptCopies) : keep);
    return !stays && !uses.some((use) => usesRelease(use, release));
  });
}
