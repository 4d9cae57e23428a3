import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { lastLines, run } from "../../lib/run";
import { UserError } from "../../lib/errors";

/**
 * Makes the key pair that a local stack lets in, once.
 *
 * @param file where the private half belongs
 */
export async function ensureAdminKey(file: string, stack: string): Promise<void> {
  if (existsSync(file) && existsSync(`${file}.pub`)) return;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const candidate = `${file}.new`;
  [candidate, `${candidate}.pub`].forEach((path) => rmSync(path, { force: true }));
  const made = await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", `admin@${stack}`, "-f", candidate]);
  if (made.code !== 0) throw new UserError(`ssh-keygen could not make ${file}: ${lastLines(made)}`);
  // The public half last: where it is, both are.
  renameSync(candidate, file);
  renameSync(`${candidate}.pub`, `${file}.pub`);
}
