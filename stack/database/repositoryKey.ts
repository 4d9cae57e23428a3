import { readFileSync } from "node:fs";
import type { RepositoryKey } from "../../roles/database/backup/key";
import { lastLines } from "../../lib/run";
import { UserError } from "../../lib/errors";
import { Project } from "../pulumi/project";

/** Name of the secret output with the key. */
const KEY_OUTPUT = "backupKey";

/** The key of a stack's backups, from its encrypted state. @throws when it has none */
export async function keyOfStack(stack: string): Promise<RepositoryKey> {
  const project = await Project.open(stack);
  const answer = await project.run(["stack", "output", KEY_OUTPUT, "--show-secrets", "--json"]);
  if (answer.code === 0) return parseKey(answer.stdout, `stack "${stack}"`);
  // Its standard output could be the key.
  const errors = lastLines({ ...answer, stdout: "" });
  throw new UserError(
    `the stack "${stack}" has no key to backups: is holdfast:backup set, and \`pulumi up\` done?\n${errors}`,
  );
}

/** The key in a file. @throws UserError when the file is something else */
export function keyOfFile(path: string): RepositoryKey {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new UserError(`the key cannot be read: ${(error as Error).message}`);
  }
  return parseKey(text, path);
}

/** Error messages never repeat the text, which may be the key to all data. */
function parseKey(text: string, from: string): RepositoryKey {
  let key: Partial<RepositoryKey> | null;
  try {
    key = JSON.parse(text) as Partial<RepositoryKey> | null;
  } catch {
    throw new UserError(`${from}: this is not what \`npx holdfast backup key\` prints: no JSON`);
  }
  const missing = (["stack", "postgresql", "path", "passphrase", "storage"] as const).filter((name) => !key?.[name]);
  if (key?.version !== 1 || missing.length > 0) {
    const what = missing.length > 0 ? `it lacks ${missing.join(", ")}` : `its version is ${key?.version}, known is 1`;
    throw new UserError(`${from}: this is not what \`npx holdfast backup key\` prints: ${what}`);
  }
  return key as RepositoryKey;
}
