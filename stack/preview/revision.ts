import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { localCloudOf } from "../localCloud";
import { lastLines, run } from "../../lib/run";
import { CHECKOUT } from "../checkout";
import { UserError } from "../../lib/errors";

/** The program and the settings of all stacks at one moment of the project. */
export interface Revision {
  /** For messages, e.g. `origin/main`. */
  readonly name: string;
  /** Folder with the program. */
  readonly folder: string;
  /** The text of a stack's settings; undefined if there are none. */
  settings(stack: string): string | undefined;
  /** Stacks that have settings and are not local. */
  stacks(): readonly string[];
  close(): void;
}

/** This checkout as it is, uncommitted changes included. */
export function workingTree(): Revision {
  return { name: "the working tree", ...inFolder(CHECKOUT), close: () => undefined };
}

/**
 * A commit, branch or tag, or a file with one stack's settings, which then belongs to this checkout's program.
 *
 * @throws UserError when it is neither
 */
export async function openRevision(name: string): Promise<Revision> {
  if (existsSync(name) && statSync(name).isFile()) return settingsOnly(name);
  const folder = mkdtempSync(join(tmpdir(), "holdfast-revision-"));
  const close = () => rmSync(folder, { recursive: true, force: true });
  try {
    await unpack(name, folder);
    await installPackages(name, folder);
    lendReleases(folder);
    return { name, ...inFolder(folder), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Links the npm packages of this checkout if the revision has the same lock file, else installs its own. */
async function installPackages(name: string, folder: string): Promise<void> {
  const lock = (checkout: string) => textOf(join(checkout, "package-lock.json"));
  if (lock(folder) === lock(CHECKOUT)) {
    symlinkSync(join(CHECKOUT, "node_modules"), join(folder, "node_modules"));
    return;
  }
  const result = await run("npm", ["ci", "--omit=dev", "--ignore-scripts", "--no-fund", "--no-audit"], {
    cwd: folder,
    timeout: 300,
  });
  if (result.code !== 0) throw new UserError(`npm's packages of ${name} cannot be installed: ${lastLines(result)}`);
}

/** Links the default store of releases, which git ignores: all revisions share it. */
function lendReleases(folder: string): void {
  const [own, lent] = [join(folder, "releases"), join(CHECKOUT, "releases")];
  if (existsSync(lent) && !existsSync(own)) symlinkSync(lent, own);
}

async function unpack(name: string, folder: string): Promise<void> {
  const archive = join(folder, "revision.tar");
  // After --end-of-options, a name that starts with a dash is no option.
  const commit = await run("git", ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`], {
    cwd: CHECKOUT,
  });
  const sha = commit.stdout.trim();
  if (commit.code !== 0) {
    throw new UserError(
      `"${name}" is neither a file nor a commit, branch or tag of this repository (git fetch it first)`,
    );
  }
  for (const [program, args] of [
    ["git", ["archive", "--format=tar", "--output", archive, sha]],
    ["tar", ["-xf", archive, "-C", folder]],
  ] as const) {
    const result = await run(program, args, { cwd: CHECKOUT, timeout: 60 });
    if (result.code !== 0) throw new UserError(`${name} cannot be unpacked: ${lastLines(result)}`);
  }
  rmSync(archive);
}

function inFolder(folder: string): Pick<Revision, "folder" | "settings" | "stacks"> {
  return {
    folder,
    settings: (stack) => textOf(join(folder, `Pulumi.${stack}.yaml`)),
    stacks: () =>
      readdirSync(folder)
        .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
        .filter((stack) => !localCloudOf(stack))
        .sort(),
  };
}

function settingsOnly(file: string): Revision {
  const own = /^Pulumi\.(.+)\.yaml$/.exec(basename(file))?.[1];
  return {
    name: file,
    folder: CHECKOUT,
    settings: () => textOf(file),
    stacks: () => (own === undefined ? [] : [own]),
    close: () => undefined,
  };
}

function textOf(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}
