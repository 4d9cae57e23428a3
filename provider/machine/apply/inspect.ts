import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConfigurationInputs } from "../inputs";
import type { HostKeys } from "../../ssh/hostKeys";
import type { Session } from "../../ssh/session";
import { waitForMachine } from "../../ssh/waiting";
import { parseEvent } from "./events";
import { acceptedKeys } from "./acceptedKeys";
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
  /** Only if it differs from the recorded one. */
  readonly content?: string;
}

/** Properties of systemd, by its names. */
export type FoundUnit = Readonly<Partial<Record<string, string>>>;

/** The state of the machine, for the parts that a configuration manages. */
export interface Found {
  readonly files: Readonly<Record<string, FoundFile | null>>;
  readonly archives: Readonly<Record<string, FoundFile | null>>;
  readonly units: Readonly<Record<string, FoundUnit>>;
  readonly missingPackages: readonly string[];
}

/** Seconds for an answer: one machine that is off may not delay a refresh by minutes. */
const wait = 10;

/**
 * Reads the state of the machine. Writes nothing there: it sends the program with the question.
 *
 * @throws when the machine cannot be reached in time, or its answer is not understood
 */
export async function inspectMachine(
  inputs: ConfigurationInputs,
  pinned: HostKeys,
  signal: AbortSignal,
): Promise<Found> {
  const { connection } = inputs;
  const silent = () => undefined;
  const session = await waitForMachine(
    { connection, pinned, signal, known: acceptedKeys(inputs) },
    { limit: wait, keyGrace: 0 },
    silent,
  );
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
  // The length of the program comes first, because program and question share standard input.
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
