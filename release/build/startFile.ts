import { normalize } from "node:path";

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

/**
 * The file of the release that a command needs and that is not among its paths; undefined when all is well or nothing can
 * be known: shell commands can do anything, and a wrong alarm would be worse than none.
 */
export function missingFile(command: string, paths: ReadonlySet<string>): string | undefined {
  // Quotes, variables and operators are the shell's business.
  if (/["'$`\\|&;<>(){}*?[\]~]/.test(command)) return undefined;
  const words = command.split(/\s+/).filter((word) => !/^[A-Za-z_]\w*=/.test(word));
  const [program = "", ...rest] = words[0] === "exec" ? words.slice(1) : words;
  const file = program.includes("/") ? program : fileAfter(program, rest);
  if (file === undefined || file.startsWith("/")) return undefined;
  return paths.has(normalize(file)) ? undefined : file;
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
