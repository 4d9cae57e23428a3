import { readFileSync } from "node:fs";
import { join } from "node:path";
import { once } from "../../../lib/once";
import { hashOfFolder } from "../archives/folder";
import { openArchive } from "../archives/source";
import type { Session } from "../../ssh/session";
import { quote } from "../../../lib/text";

/** The part of Holdfast that runs on machines. */
export const sources = join(__dirname, "../onMachine");

/** The version of the program, by its content. A machine with another version gets this one at its next apply. */
const programVersion = once(async () => (await hashOfFolder(sources)).slice(0, 16));

/** Exit code of a machine without this version. */
export const MISSING = 90;

/** A command line that calls the program as root, or ends with `MISSING`. */
export async function programCommand(session: Session, ...args: readonly string[]): Promise<string> {
  const path = `/usr/local/lib/holdfast/${await programVersion()}`;
  return `test -d ${path} || exit ${String(MISSING)}; exec ${session.asRoot}python3 ${[path, ...args].map(quote).join(" ")}`;
}

/** @throws with the machine's own words when it cannot be installed */
export async function installProgram(session: Session): Promise<void> {
  const script = readFileSync(join(sources, "install.sh"), "utf8");
  const { stream } = await openArchive(sources);
  const command = `exec ${session.asRoot}sh -c ${quote(script)} install ${await programVersion()}`;
  const lines: string[] = [];
  const { code, errors } = await session.run(command, { input: stream, onLine: (line) => lines.push(line) });
  if (lines.some((line) => line.includes('"installed"'))) return;
  const words = [errors, ...lines].filter(Boolean).join("\n");
  if (/a password is required|sudo: /.test(words)) {
    throw new Error(`User ${session.user} may not use sudo without a password on the machine: ${words}`);
  }
  throw new Error(`Holdfast's part of the machine could not be installed (exit code ${String(code)}): ${words}`);
}
