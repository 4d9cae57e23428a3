import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConfigurationInputs } from "../inputs";
import type { HostKeys } from "../../ssh/hostKeys";
import type { Session } from "../../ssh/session";
import { waitForMachine } from "../../ssh/waiting";
import { parseEvent } from "./events";
import { sources } from "./program";
import { mapValues } from "./request";
import { quote } from "../../../lib/text";

/** What lies at a path. */
export interface FoundFile {
  readonly kind: "file" | "link" | "folder" | "special";
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly target?: string;
  /** Only where it is not what was recorded. */
  readonly content?: string;
}

/** Properties of systemd, by its names. */
export type FoundUnit = Readonly<Partial<Record<string, string>>>;

/** What a machine looks like now, where a configuration has something to say. */
export interface Found {
  readonly files: Readonly<Record<string, FoundFile | null>>;
  readonly archives: Readonly<Record<string, FoundFile | null>>;
  readonly units: Readonly<Record<string, FoundUnit>>;
  readonly missingPackages: readonly string[];
}

/** Seconds for a machine to answer: a refresh of ten machines may not wait minutes for one that is off. */
const wait = 10;

/**
 * What is really on the machine. Writes nothing there: the program that looks is sent along with the question.
 *
 * @throws when the machine cannot be reached in time, or does not answer sensibly
 */
export async function inspectMachine(
  inputs: ConfigurationInputs,
  pinned: HostKeys,
  signal: AbortSignal,
): Promise<Found> {
  const { connection } = inputs;
  const silent = () => undefined;
  const session = await waitForMachine({ connection, pinned, signal }, { limit: wait, keyGrace: 0 }, silent);
  const bound = setTimeout(() => {
    session.close();
  }, wait * 1_000);
  try {
    return await ask(session, inputs);
  } finally {
    clearTimeout(bound);
    session.close();
  }
}

async function ask(session: Session, inputs: ConfigurationInputs): Promise<Found> {
  const program = readFileSync(join(sources, "looking.py"), "utf8");
  const question = {
    files: mapValues(inputs.files, (file) => createHash("sha256").update(file.content).digest("hex")),
    archives: Object.keys(inputs.archives ?? {}),
    units: (inputs.units ?? []).map((unit) => unit.name),
    packages: inputs.packages ?? [],
  };
  // Reads its own text first: a program on standard input could not be told from the question behind it.
  const loader = 'import sys; exec(compile(sys.stdin.read(int(sys.stdin.readline())), "looking", "exec"))';
  let found: Found | undefined;
  const { code, errors } = await session.run(`exec ${session.asRoot}python3 -c ${quote(loader)} inspect`, {
    input: `${String(program.length)}\n${program}${JSON.stringify(question)}\n`,
    onLine: (line) => {
      const event = parseEvent(line);
      if (event?.event === "end" && event.result === "inspected") found = event.found as Found;
    },
  });
  if (found) return found;
  throw new Error(`it answered with exit code ${String(code)}: ${errors}`);
}
