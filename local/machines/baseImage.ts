import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, rename, rm, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheDir } from "../../toolchain/cacheDir";
import { run } from "./command";
import { debian13, recipeHash, type ImageRecipe } from "./recipe";
import { readVariable } from "../../lib/environmentVariables";

/** A base image that machines are laid over; its folder is never written to again. */
export interface BaseImage {
  readonly hash: string;
  /** The image's root folder. */
  readonly root: string;
}

/** Where base images are kept, each named by the hash of its recipe. */
export function imagesDir(): string {
  return join(cacheDir(), "images");
}

/** Whether the base image is there already. */
export async function hasBaseImage(): Promise<boolean> {
  return existsSync((await wantedImage()).image.root);
}

async function wantedImage(): Promise<{ recipe: ImageRecipe; image: BaseImage }> {
  const recipe = debian13((await run("dpkg", ["--print-architecture"])).trim());
  const hash = recipeHash(recipe);
  return { recipe, image: { hash, root: join(imagesDir(), hash) } };
}

/**
 * Makes sure that the base image is there: about 60 s and 150 MB of downloads the first time, nothing afterwards.
 * Two processes that build at the same time do not disturb each other: the first to finish wins.
 *
 * @param log gets a line for each step that takes time, with its reason
 */
export async function ensureBaseImage(log: (line: string) => void): Promise<BaseImage> {
  const { recipe, image } = await wantedImage();
  const { hash } = image;
  if (existsSync(image.root)) return image;

  log("building the Debian 13 base image (once, about 60 s): the disk of every machine is a layer over it");
  await mkdir(imagesDir(), { recursive: true });
  const unfinished = join(imagesDir(), `.${hash}.${process.pid}`);
  try {
    await bootstrap(recipe, unfinished, log);
    await customise(recipe, unfinished);
    await publish(unfinished, image.root);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
  await removeOldImages(hash, log);
  log(`base image ${hash} is ready`);
  return image;
}

async function bootstrap(recipe: ImageRecipe, root: string, log: (line: string) => void): Promise<void> {
  const mirror = readVariable("HOLDFAST_DEBIAN_MIRROR");
  await run(
    "mmdebstrap",
    [
      "--variant=minbase",
      `--architectures=${recipe.architecture}`,
      `--include=${[...recipe.packages, ...recipe.rolePackages].join(",")}`,
      recipe.suite,
      root,
      ...(mirror === undefined ? [] : [mirror]),
    ],
    {
      onLine: (line) => {
        // mmdebstrap announces each of its steps with "I: "; the rest is apt's chatter.
        if (/^I: (running apt|downloading|extracting|installing)/.test(line)) log(`base image: ${line.slice(3)}`);
      },
    },
  );
}

async function customise(recipe: ImageRecipe, root: string): Promise<void> {
  await run("sh", [
    "-c",
    'cd "$1" && shift && for pattern; do rm -rf -- ./$pattern; done',
    "sh",
    root,
    ...recipe.removed,
  ]);
  for (const [path, content] of Object.entries(recipe.files)) {
    const target = join(root, path);
    await mkdir(dirname(target), { recursive: true });
    await unlink(target).catch(() => undefined); // writing to a link such as /etc/resolv.conf would change its target
    await writeFile(target, content);
  }
  await run("chroot", [root, "systemctl", "--quiet", "disable", ...recipe.disabledUnits]);
}

async function publish(unfinished: string, root: string): Promise<void> {
  try {
    await rename(unfinished, root);
  } catch (error) {
    if (!existsSync(root)) throw error; // otherwise another process was first, with the same content
  }
}

/** Removes images of earlier recipes and leftovers of builds that were cut, but none that a machine lies on. */
async function removeOldImages(current: string, log: (line: string) => void): Promise<void> {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8");
  for (const name of await readdir(imagesDir())) {
    if (name === current || mounts.includes(`lowerdir=${join(imagesDir(), name)}`)) continue;
    const builder = /^\.[0-9a-f]+\.(\d+)$/.exec(name)?.[1];
    if (builder !== undefined && existsSync(`/proc/${builder}`)) continue;
    log(`removing the base image ${name}: its recipe has changed`);
    await rm(join(imagesDir(), name), { recursive: true, force: true });
  }
}
