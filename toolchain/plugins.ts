import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { cacheDir } from "./cacheDir";
import { silent, type Progress } from "../lib/progress";
import type { Pulumi } from "./pulumi";
import { type Run, run as runProgram } from "../lib/run";
import { PLUGINS } from "./versions";
import { readVariable } from "../lib/environmentVariables";

/** Whose hcloud and random plugins a stack on this computer runs with. */
export type PluginChoice = "official" | "builtin";

/**
 * Pulumi's own folder (plugins, caches) for everything that this project runs: deleting it costs time, never data.
 * The user's ~/.pulumi with its logins is not touched.
 */
export function pulumiHome(): string {
  return process.env.PULUMI_HOME ?? join(cacheDir(), "pulumi-home");
}

/** Seconds: a computer without a way to the plugins finds out once, not with every command. */
const REMEMBERED = 24 * 3600;
const INSTALL_LIMIT = 180;

/**
 * Official plugins where they are installed, on PATH, or Pulumi can get them, else the stand-ins.
 * HOLDFAST_PLUGINS=official|builtin decides without a look at either.
 *
 * @throws when HOLDFAST_PLUGINS is something else, or `official` and they cannot be had
 */
export async function choosePlugins(
  pulumi: Pulumi,
  options: { progress?: Progress; run?: Run; home?: string; wish?: string; now?: () => number; path?: string } = {},
): Promise<PluginChoice> {
  const { progress = silent, run = runProgram, home = pulumiHome(), now = Date.now, path = process.env.PATH } = options;
  const wish = "wish" in options ? options.wish : readVariable("HOLDFAST_PLUGINS");
  if (wish !== undefined && wish !== "official" && wish !== "builtin") {
    throw new Error(`HOLDFAST_PLUGINS is "${wish}": write official or builtin, or leave it out`);
  }
  if (wish === "builtin") return "builtin";
  if (Object.entries(PLUGINS).every(([name, version]) => isInstalled(home, name, version) || isOnPath(name, path))) {
    return "official";
  }
  const memory = join(home, "no-official-plugins");
  if (wish !== "official" && isFresh(memory, now())) return "builtin";

  const failed = await progress.step(
    {
      title: "Looking for the official hcloud and random plugins",
      why: "Pulumi downloads them once; without a way to them the built-in stand-ins are used",
      limit: INSTALL_LIMIT,
    },
    () => install(pulumi, home, run),
  );
  if (!failed) {
    rmSync(memory, { force: true });
    return "official";
  }
  if (wish === "official") {
    const programs = Object.keys(PLUGINS).map((name) => `pulumi-resource-${name}`);
    throw new Error(
      `HOLDFAST_PLUGINS=official, but ${failed}, and ${programs.join(" and ")} are not both installed or on PATH. Leave it out to use the built-in stand-ins.`,
    );
  }
  mkdirSync(home, { recursive: true });
  writeFileSync(memory, `${new Date(now()).toISOString()} ${failed}\n`);
  progress.note(`The built-in stand-ins for the hcloud and random plugins are used: ${failed}.`);
  return "builtin";
}

function isInstalled(home: string, name: string, version: string): boolean {
  const folder = join(home, "plugins", `resource-${name}-v${version}`);
  return existsSync(folder) && !existsSync(`${folder}.partial`);
}

/** Pulumi itself takes plugins from there too, e.g. those that a distribution packages. */
function isOnPath(name: string, path = ""): boolean {
  return path.split(delimiter).some((folder) => folder !== "" && isProgram(join(folder, `pulumi-resource-${name}`)));
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

function isFresh(memory: string, now: number): boolean {
  if (!existsSync(memory)) return false;
  const written = Date.parse(readFileSync(memory, "utf8").split(" ", 1)[0] ?? "");
  return now - written < REMEMBERED * 1000;
}

/** Installs both, or says why not. A short request finds out first whether the site answers: Pulumi itself retries for minutes. */
async function install(pulumi: Pulumi, home: string, run: Run): Promise<string | undefined> {
  const probe = ["--silent", "--head", "--connect-timeout", "5", "--max-time", "10", "https://get.pulumi.com"];
  if ((await run("curl", probe)).code !== 0) return "this computer does not reach Pulumi's download site";
  for (const [name, version] of Object.entries(PLUGINS)) {
    const result = await run(join(pulumi.folder, "pulumi"), ["plugin", "install", "resource", name, version], {
      timeout: INSTALL_LIMIT / 2,
      env: { PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    if (result.code !== 0) return `Pulumi could not install the ${name} plugin ${version}`;
  }
  return undefined;
}
