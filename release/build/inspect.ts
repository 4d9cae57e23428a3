import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest } from "../../blueprint/manifest";
import { describeProblem, type Problem } from "../../blueprint/problems";
import { readManifest } from "../../blueprint/resolve/release";
import { contentProblems } from "../contents";
import { contentsOfFolder } from "../folder";

/** A folder that cannot become a release. The message lists every reason. */
export class NotReleasable extends Error {
  override readonly name = "NotReleasable";

  constructor(folder: string, problems: readonly Problem[]) {
    super([`${folder} cannot be released:`, ...problems.map(describeProblem)].join("\n\n"));
  }
}

/**
 * Reads the manifest of a folder and looks at everything that is to be packed.
 *
 * @throws NotReleasable when it would not run on a machine
 */
export async function inspect(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, "holdfast.yaml"), "utf8").catch(() => undefined);
  const { value: manifest, problems } = text === undefined ? { problems: [noManifest] } : readManifest(text);
  const all = [
    // The manifest is not a setting here.
    ...problems.map((problem) => ({ ...problem, setting: problem.setting.replace(/^.*\((.*)\)$/, "$1") })),
    ...(await contentProblems(await contentsOfFolder(folder), manifest)),
  ];
  if (!manifest || all.length > 0) throw new NotReleasable(folder, all);
  return manifest;
}

const noManifest: Problem = {
  setting: "holdfast.yaml",
  wrong: "is not there, or cannot be read",
  why: "a release tells in it how an instance is started and what it needs",
  fix: 'write one, e.g. `{ name: guestbook, version: "1.0.0", start: python3 guestbook.py }`',
};
