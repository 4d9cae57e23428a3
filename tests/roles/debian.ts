import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { debian13, recipeHash } from "../../local/machines/recipe";
import { isRoot } from "../../local/paths";
import { cacheDir } from "../../toolchain/cacheDir";

/**
 * The programs that judge our files: those of the machines' own Debian where its image has been built, else this
 * computer's.
 */
export const debian: { readonly name: string; readonly root: string | undefined } = find();

function find() {
  const image = join(cacheDir(), "images", recipeHash(debian13(process.arch === "arm64" ? "arm64" : "amd64")));
  const root = isRoot && existsSync(image) ? image : undefined;
  return { name: root ? "the machines' Debian image" : "this computer", root };
}

/** Whether a program is there that judges our files. */
export function has(program: string): boolean {
  return ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].some((folder) =>
    existsSync(join(debian.root ?? "/", folder, program)),
  );
}

/** Enters the root $1 with nothing in /run, and runs $2 there. */
const alone = 'mount -t tmpfs none "$1/run" && exec chroot "$1" sh -c "$2"';

export interface Verdict {
  readonly code: number | null;
  readonly output: string;
}

/**
 * Runs a shell command as a machine's `validate` would, with `%s` as the path of a file with this content. Where root runs
 * the tests, the command has a network and a /run of its own, both empty: what it leaves there goes with it.
 *
 * @param beside files that the content names by their paths on a machine; they lie beside it, and it names them there
 */
export function judge(
  command: string,
  content: string,
  name = "candidate",
  beside: Readonly<Record<string, string>> = {},
): Verdict {
  const folder = mkdtempSync(join(debian.root ?? "", "/tmp/holdfast-test-"));
  try {
    const inside = folder.slice(debian.root?.length ?? 0);
    const there = (path: string) => join(inside, basename(path));
    const here = Object.keys(beside).reduce((text, path) => text.replaceAll(path, there(path)), content);
    for (const [path, text] of Object.entries({ ...beside, [name]: here })) {
      writeFileSync(join(folder, basename(path)), text);
    }
    const line = command.replaceAll("%s", there(name));
    const argv = isRoot
      ? ["unshare", "--net", "--mount", "sh", "-c", alone, "sh", debian.root ?? "/", line]
      : ["sh", "-c", line];
    const { status, stdout, stderr } = spawnSync(argv[0] ?? "", argv.slice(1), { encoding: "utf8" });
    return { code: status, output: `${stdout}${stderr}` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
