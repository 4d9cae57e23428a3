import type { Command } from "commander";
import type { StoredRelease } from "../../release/store/store";
import { table } from "../../lib/terminal/table";
import { type StackUse, stackUses, usesRelease } from "../../stack/release/stacks";
import { stackStore } from "../../stack/release/stackStore";
import { bytes, minute, storeCommand } from "./store";

export function listCommand(): Command {
  return storeCommand("list", "list the releases of the store, the newest first, and the stacks that use them")
    .option("--json", "for programs")
    .action(async (options: { stack: string; store?: string; json?: boolean }) => {
      const { store } = await stackStore(options.stack, options.store);
      const releases = await store.list();
      const uses = stackUses();
      if (options.json) {
        console.log(
          JSON.stringify(
            releases.map((one) => ({ ...one, usedBy: usedBy(one, uses) })),
            null,
            2,
          ),
        );
      } else {
        console.log(releases.length > 0 ? releaseTable(releases, uses) : `No releases in ${store.place}.`);
      }
    });
}

/** A copy names its source: its version is not unique. */
export function releaseTable(releases: readonly StoredRelease[], uses: readonly StackUse[]): string {
  return table(
    ["RELEASE", "SHA-256", "SIZE", "BUILT (UTC)", "BY", "USED BY"],
    releases.map((release) => [
      `${release.name}@${release.version}${release.copyOf === undefined ? "" : ` (copy of ${release.copyOf})`}`,
      release.sha256.slice(0, 12),
      bytes(release.size),
      minute(release.built),
      release.builtBy,
      usedBy(release, uses).join(", ") || "-",
    ]),
  );
}

/** e.g. `local (runs)`, `prod (names)` */
export function usedBy(release: StoredRelease, uses: readonly StackUse[]): string[] {
  return uses.flatMap((use) => {
    const how = usesRelease(use, release);
    return how ? [`${use.stack} (${how})`] : [];
  });
}
