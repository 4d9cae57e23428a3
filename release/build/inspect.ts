import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { dirname, isAbsolute, join, normalize } from "node:path";
import type { Manifest } from "../../blueprint/manifest";
import { describeProblem, type Problem } from "../../blueprint/problems";
import { readManifest } from "../../blueprint/resolve/release";
import { skipped } from "../../provider/machine/archives/folder";
import { missingFile } from "./startFile";

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
  const paths = await pathsIn(folder);
  const all = [
    // The manifest is not a setting here.
    ...problems.map((problem) => ({ ...problem, setting: problem.setting.replace(/^.*\((.*)\)$/, "$1") })),
    ...(await Promise.all(paths.map((path) => problemOf(folder, path)))).filter((problem) => problem !== undefined),
    ...(manifest ? commandProblems(manifest, new Set(paths)) : []),
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

/** Everything below a folder that is packed, without the folder itself. */
async function pathsIn(root: string, below = ""): Promise<string[]> {
  const entries = await readdir(join(root, below), { withFileTypes: true });
  const here = entries.filter(({ name }) => !skipped.has(name));
  const deeper = here.map(async (entry) => {
    const path = below ? `${below}/${entry.name}` : entry.name;
    return entry.isDirectory() ? [path, ...(await pathsIn(root, path))] : [path];
  });
  return (await Promise.all(deeper)).flat();
}

async function problemOf(root: string, path: string): Promise<Problem | undefined> {
  const status = await lstat(join(root, path));
  if (status.isFile() || status.isDirectory()) return undefined;
  if (!status.isSymbolicLink()) {
    return {
      setting: path,
      wrong: "is neither a file, a folder nor a link",
      why: "a release can hold no sockets, pipes or devices",
      fix: "remove it; an instance keeps what it makes in $STATE_DIRECTORY",
    };
  }
  const target = await readlink(join(root, path));
  const leadsTo = normalize(join(dirname(path), target));
  if (!isAbsolute(target) && leadsTo !== ".." && !leadsTo.startsWith("../")) return undefined;
  return {
    setting: path,
    value: target,
    wrong: "is a link that leads out of the release",
    why: "on the machine, something else or nothing is there",
    fix: "put a copy of the file in its place, or link to a file of the release by a relative path",
  };
}

function commandProblems(manifest: Manifest, paths: ReadonlySet<string>): Problem[] {
  const commands = { start: manifest.start, migrate: manifest.migrate, "debug.start": manifest.debug?.start };
  return Object.entries(commands).flatMap(([key, command]) => {
    const missing = command === undefined ? undefined : missingFile(command, paths);
    if (command === undefined || missing === undefined) return [];
    return [
      {
        setting: `holdfast.yaml.${key}`,
        value: command,
        wrong: `names ${missing}, which is not in the release`,
        why: "the command is run in the release's folder, and a machine has no other file of yours",
        fix: "correct the name, or put the file there (was it built?)",
      },
    ];
  });
}
