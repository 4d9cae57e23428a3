import { createInterface } from "node:readline";
import { text as readAll } from "node:stream/consumers";
import { Writable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { UserError } from "../../lib/errors";
import { lastLines } from "../../lib/run";
import { CloudApi, Refusal, requireToken } from "../../stack/cloud/api";
import { Project } from "../../stack/pulumi/project";

/** What is left to try after the change. */
export interface OldToken {
  readonly endpoint: string;
  /** Absent where the settings have the new one already: an earlier run was interrupted. */
  readonly old?: string;
}

const setting = "holdfast:failoverToken";

/** Seconds between two looks whether a person has deleted the old token, and how often. */
const interval = 5;
const looks = 120;

/**
 * Asks for a new token, tries it, and writes it into the settings, encrypted.
 *
 * @throws UserError when it does not open the stack's project
 */
export async function askNewToken(stack: string): Promise<OldToken> {
  const project = await Project.open(stack);
  const { endpoint, token } = requireToken(await project.target());
  const written = (await project.config())[setting];
  const fresh = (await ask("New token, from Hetzner's console (read and write): ")).trim();
  if (fresh === "") throw new UserError("no token was given, and nothing was changed");
  const servers = await new CloudApi({ endpoint, token: fresh }).list("servers").catch((error: unknown) => {
    throw error instanceof Refusal && error.status === 401
      ? new UserError("Hetzner does not know this token, and nothing was changed")
      : error;
  });
  if (!servers.some(({ labels }) => labels.stack === stack)) {
    throw new UserError(`this token opens a project without servers of "${stack}", and nothing was changed`);
  }
  if (written === fresh) return { endpoint };
  const set = await project.run(["config", "set", "--secret", setting], undefined, fresh);
  if (set.code !== 0) throw new UserError(`pulumi did not take the token: ${lastLines(set)}`);
  console.log(`Pulumi.${stack}.yaml has the new token, encrypted: commit and push it.`);
  return { endpoint, old: written ?? token };
}

/** Tries the old token until a person has deleted it; on a terminal only, else once. */
export async function sayOfOldToken({ endpoint, old }: OldToken): Promise<void> {
  if (old === undefined) {
    console.log("The settings had this token already. Delete the older one in Hetzner's console.");
    return;
  }
  const isRefused = async () =>
    (await fetch(`${endpoint}/locations`, { headers: { authorization: `Bearer ${old}` } })).status === 401;
  for (let look = 0; look < looks; look++) {
    if (await isRefused()) {
      console.log("tried: the old token is refused");
      return;
    }
    if (look === 0) console.log("The old token is still valid: delete it now, in Hetzner's console.");
    if (!process.stdin.isTTY) break;
    await pause(interval * 1000);
  }
  process.exitCode = 1;
}

/** What a person types is not shown. */
async function ask(question: string): Promise<string> {
  if (!process.stdin.isTTY) return readAll(process.stdin);
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await new Promise((resolve) => terminal.question("", resolve));
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}
