import { dirname, isAbsolute, join, normalize } from "node:path";
import { appFolders } from "../blueprint/appFolders";
import type { Manifest } from "../blueprint/manifest";
import type { Problem } from "../blueprint/problems";
import { run } from "../lib/run";
import { missingFile, programsOf } from "./commandFiles";

/** Something in a release, in a folder or in an archive alike. */
export interface Entry {
  readonly kind: "file" | "folder" | "link" | "other";
  /** Whether its owner may execute it. */
  readonly executable?: boolean;
  /** Where a link leads. */
  readonly target?: string;
}

/** What is in a release. */
export interface Contents {
  /** By the path below the release's folder, without the folder itself. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** The first bytes of a file, as Latin-1: enough for the line that names its interpreter. */
  readonly head: (path: string) => Promise<string>;
}

/** Bytes of a file that `head` gives. */
export const headSize = 512;

/** Debian 13's. A virtual environment of another version has its packages where this one does not look. */
const python = "3.13";

/** Where machines have what Debian packages bring, and what the app has there. Not /usr/local: that is Holdfast's. */
const onMachines = [...Object.values(appFolders), "/usr", "/bin", "/sbin", "/lib", "/lib64", "/dev/null", "/tmp"];

/**
 * Why a release would not run on a machine: the same answer wherever it comes from.
 *
 * @param manifest left out where it is wrong itself
 */
export async function contentProblems(contents: Contents, manifest: Manifest | undefined): Promise<Problem[]> {
  const found = await Promise.all([...contents.entries].map(([path, entry]) => entryProblem(path, entry, contents)));
  const commands = manifest ? await Promise.all(commandsOf(manifest).map((one) => commandProblems(one, contents))) : [];
  return [...found.filter((problem) => problem !== undefined), ...commands.flat()];
}

async function entryProblem(path: string, { kind, target }: Entry, contents: Contents): Promise<Problem | undefined> {
  if (kind === "other") {
    return {
      setting: path,
      wrong: "is neither a file, a folder nor a link",
      why: "a release can hold no sockets, pipes or devices",
      fix: "remove it; an instance keeps what it makes in $STATE_DIRECTORY",
    };
  }
  if (kind === "link") return linkProblem(path, target ?? "");
  return /(^|\/)pyvenv\.cfg$/.test(path) ? venvProblem(path, await contents.head(path)) : undefined;
}

function linkProblem(path: string, target: string): Problem | undefined {
  const leadsTo = normalize(join(dirname(path), target));
  if (isAbsolute(target) ? isOnMachines(target) : leadsTo !== ".." && !leadsTo.startsWith("../")) return undefined;
  return {
    setting: path,
    value: target,
    wrong: "is a link that leads out of the release",
    why: "on the machine, something else or nothing is there",
    fix: "put a copy of the file in its place, or link to a file of the release by a relative path, or to what a Debian package brings (/usr/bin/python3)",
  };
}

function isOnMachines(path: string): boolean {
  const place = normalize(path);
  return !place.startsWith("/usr/local/") && onMachines.some((one) => place === one || place.startsWith(`${one}/`));
}

/** One whose interpreter is elsewhere has links that are refused for themselves. */
function venvProblem(path: string, text: string): Problem | undefined {
  const value = (key: string) => new RegExp(`^${key}\\s*=\\s*(\\S+)`, "m").exec(text)?.[1] ?? "";
  const version = value("version") || value("version_info");
  if (value("home") !== "/usr/bin" || version === "" || version.startsWith(`${python}.`)) return undefined;
  return {
    setting: path,
    value: version,
    wrong: "is of a virtual environment of another Python",
    why: `machines have Debian 13's Python ${python}, which does not find the packages in it`,
    fix: `make it with Python ${python}, or bring the packages by \`pip install --target\` and PYTHONPATH (docs/apps.md)`,
  };
}

interface Command {
  readonly setting: string;
  readonly command: string;
}

function commandsOf({ start, migrate, debug }: Manifest): Command[] {
  const commands = { start, migrate, "debug.start": debug?.start };
  return Object.entries(commands).flatMap(([key, command]) =>
    command === undefined ? [] : [{ setting: `holdfast.yaml.${key}`, command: command.trim() }],
  );
}

async function commandProblems({ setting, command }: Command, contents: Contents): Promise<Problem[]> {
  const words = { setting, value: command };
  const wrong = await syntaxError(command);
  if (wrong !== undefined) {
    return [
      {
        ...words,
        wrong: `cannot be read by a shell: ${wrong}`,
        why: "bash runs the command on the machine",
        fix: "correct the command, or put it into a script of the release",
      },
    ];
  }
  const missing = missingFile(command, contents.entries);
  if (missing !== undefined) {
    return [
      {
        ...words,
        wrong: `names ${missing}, which is not in the release`,
        why: "the command is run in the release's folder, and a machine has no other file of yours",
        fix: "correct the name, or put the file there (was it built?)",
      },
    ];
  }
  const programs = await Promise.all(programsOf(command).map((file) => programProblem(file, contents)));
  return programs.flatMap((told) => (told ? [{ ...words, ...told }] : []));
}

/** What bash says about it; undefined where all is well, or where this computer has no bash. */
async function syntaxError(command: string): Promise<string | undefined> {
  const { code, stderr } = await run("bash", ["-n", "-c", command]);
  if (code === 0 || code === 127) return undefined;
  return stderr.split("\n")[0]?.replace(/^.*?: line \d+: /, "") ?? "";
}

/** Why a file of the release cannot be the program of a command. */
async function programProblem(
  file: string,
  { entries, head }: Contents,
): Promise<Pick<Problem, "wrong" | "why" | "fix"> | undefined> {
  const path = normalize(file);
  const entry = entries.get(path);
  if (entry?.kind !== "file") return undefined;
  if (entry.executable !== true) {
    return {
      wrong: `runs ${file}, which cannot be executed`,
      why: "the machine takes over the executable bit of each file",
      fix: `\`chmod +x ${path}\`, or name its interpreter, e.g. \`bash ${file}\``,
    };
  }
  const start = await head(path);
  if (start.startsWith("\xcf\xfa\xed\xfe") || start.startsWith("MZ")) {
    return {
      wrong: `runs ${file}, which is a program for another system than Linux`,
      why: "machines run Debian 13",
      fix: "build it for Linux, e.g. with GOOS=linux",
    };
  }
  const [, interpreter, end = ""] = /^#!\s*([^\s]+)[^\r\n]*(\r?)/.exec(start) ?? [];
  if (interpreter === undefined || (end === "" && isOnMachines(interpreter))) return undefined;
  return {
    wrong:
      end === ""
        ? `runs ${file}, whose interpreter ${interpreter} machines do not have`
        : `runs ${file}, whose lines end in CR LF`,
    why: "the first line of a script says by its exact path which program reads it",
    fix:
      end === "" ? `name the interpreter, e.g. \`python3 ${file}\` or \`.venv/bin/python -m …\`` : "write it with LF",
  };
}
