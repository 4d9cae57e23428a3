import { lstat, open, readdir, readFile, readlink } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { ObtainedRelease } from "../blueprint/parseSettings";
import type { Problem } from "../blueprint/problems";
import { readManifest } from "../blueprint/resolve/release";
import type { SettingsSource } from "../blueprint/settingsSource";
import { skipped } from "../provider/machine/archives/folder";
import { contentProblems, type Contents, type Entry, headSize } from "./contents";

/** What is in a folder that settings name and would not run on a machine. */
export async function lookInto(written: string, { folder }: SettingsSource): Promise<ObtainedRelease> {
  const path = isAbsolute(written) ? written : join(folder, written);
  const text = await readFile(join(path, "holdfast.yaml"), "utf8").catch(() => undefined);
  // Reading the settings says that there is none.
  if (text === undefined) return { written, problems: [] };
  const problems = await contentProblems(await contentsOfFolder(path), readManifest(text).value);
  return { written, problems: problems.map(aboutSetting) };
}

/** The same about the setting that names the release. */
export function aboutSetting(problem: Problem): Problem {
  return { ...problem, setting: `holdfast:app.release (${problem.setting})` };
}

/** Everything below a folder that is packed. @throws when the folder cannot be read */
export async function contentsOfFolder(root: string): Promise<Contents> {
  return { entries: new Map(await entriesIn(root)), head: (path) => headOf(join(root, path)) };
}

async function entriesIn(root: string, below = ""): Promise<[string, Entry][]> {
  const entries = await readdir(join(root, below), { withFileTypes: true });
  const here = entries.filter(({ name }) => !skipped.has(name));
  const deeper = here.map(async (found): Promise<[string, Entry][]> => {
    const path = below ? `${below}/${found.name}` : found.name;
    const rest = found.isDirectory() ? await entriesIn(root, path) : [];
    return [[path, await entryAt(join(root, path))], ...rest];
  });
  return (await Promise.all(deeper)).flat();
}

async function entryAt(path: string): Promise<Entry> {
  const status = await lstat(path);
  if (status.isSymbolicLink()) return { kind: "link", target: await readlink(path) };
  if (status.isDirectory()) return { kind: "folder" };
  return status.isFile() ? { kind: "file", executable: (status.mode & 0o100) !== 0 } : { kind: "other" };
}

async function headOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headSize), 0, headSize, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await file.close();
  }
}
