import { resolve } from "node:path";
import type { Command } from "commander";
import { referenceText } from "../../blueprint/releaseReference";
import { build } from "../../release/build/build";
import type { StoredRelease } from "../../release/store/store";
import { setRelease } from "../../stack/release/setRelease";
import { stackStore } from "../../stack/release/stackStore";
import { bytes, storeCommand } from "./store";

export function buildCommand(): Command {
  return storeCommand("build", "build a release from a folder with a holdfast.yaml and keep it in the store")
    .argument("<folder>", "e.g. examples/guestbook")
    .option("--use <stack>", "also write it into that stack's settings")
    .option("--json", "for programs")
    .action(async (folder: string, options: BuildOptions) => {
      const { store } = await stackStore(options.use ?? options.stack, options.store);
      const { release, isNew } = await build(resolve(folder), store);
      const reference = referenceText({ kind: "version", ...release });
      if (options.use !== undefined) setRelease(options.use, reference);
      console.log(
        options.json ? JSON.stringify({ ...release, isNew }, null, 2) : describeResult(release, isNew, store.place),
      );
      if (options.json) return;
      console.log(
        options.use === undefined
          ? `Roll it out: write \`release: ${reference}\` into Pulumi.STACK.yaml (or \`--use STACK\`), then \`pulumi up\`.`
          : `Pulumi.${options.use}.yaml names it; \`pulumi up\` rolls it out.`,
      );
    });
}

interface BuildOptions {
  readonly stack: string;
  readonly store?: string;
  readonly use?: string;
  readonly json?: boolean;
}

function describeResult(release: StoredRelease, isNew: boolean, place: string): string {
  const name = `${release.name}@${release.version}`;
  const how = isNew ? `${name} is in ${place}` : `${name} was in ${place} already, with the same content`;
  return `${how}: ${bytes(release.size)}, SHA-256 of its tar ${release.sha256}`;
}
