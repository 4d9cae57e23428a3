import { join, normalize } from "node:path";

/**
 * Programs that run a file which is named after them, with the options of theirs that are followed by a word of their
 * own. `-c`, `-e` and `-m` bring no file, so nothing is known then.
 */
const interpreters: Readonly<Record<string, readonly string[]>> = {
  bash: ["-o"],
  java: ["-cp", "-classpath", "--class-path"],
  node: ["-r", "--require", "--import", "--env-file"],
  perl: ["-I"],
  php: ["-d"],
  python3: ["-W", "-X"],
  ruby: ["-I", "-r"],
  sh: ["-o"],
};

/** Options that run something else than a file. */
const noFile = new Set(["-c", "-e", "-m", "-p", "--eval", "--print", "-cp", "-classpath", "--class-path"]);

/** Words of a shell's own, after which a program may come: what follows depends on more than can be known here. */
const ofTheShell = /^(\.|\[|alias|case|eval|for|function|if|source|test|time|trap|until|while|\{|!)$/;

/**
 * The file of the release that a command needs and that is not among its paths; undefined when all is well or nothing can
 * be known: shell commands can do anything, and a wrong alarm would be worse than none.
 *
 * @param paths of the release; only whether one is there is asked
 */
export function missingFile(command: string, paths: Pick<ReadonlySet<string>, "has">): string | undefined {
  for (const { folder, program, words } of simpleCommands(command)) {
    const file = program.includes("/") ? program : fileAfter(program, words);
    if (file !== undefined && !file.startsWith("/") && !paths.has(join(folder, normalize(file)))) return file;
  }
  return undefined;
}

/** Files of the release that a command executes, from the release's folder. */
export function programsOf(command: string): string[] {
  return simpleCommands(command)
    .filter(({ program }) => program.includes("/") && !program.startsWith("/"))
    .map(({ folder, program }) => (folder === "" ? program : join(folder, program)));
}

interface SimpleCommand {
  /** Below the release's folder, where a `cd` before it leads. */
  readonly folder: string;
  readonly program: string;
  readonly words: readonly string[];
}

/** Those of a list, as far as they are certain to find the release as it was built. */
function simpleCommands(command: string): SimpleCommand[] {
  // Quotes, variables, redirections and groups are the shell's business.
  if (/["'`\\<>(){}*?[\]~$#]/.test(command)) return [];
  const found: SimpleCommand[] = [];
  let folder = "";
  for (const part of command.split(/&&|\|\||[;|&]/)) {
    const all = part.trim().split(/\s+/);
    const words = all.slice(all.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word)));
    const [program = "", ...rest] = words[0] === "exec" ? words.slice(1) : words;
    if (program === "cd" && rest[0] !== undefined && !rest[0].startsWith("/")) folder = join(folder, rest[0]);
    // After one that may build files or go elsewhere, nothing is known.
    else if (program === "cd" || ofTheShell.test(program) || found.length > 0) return found;
    else if (program !== "") found.push({ folder, program, words: rest });
  }
  return found;
}

function fileAfter(program: string, words: readonly string[]): string | undefined {
  const withWord = interpreters[program];
  if (!withWord) return undefined;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    if (noFile.has(word)) return undefined;
    if (withWord.includes(word)) index += 1;
    else if (!word.startsWith("-")) return word;
  }
  return undefined;
}
