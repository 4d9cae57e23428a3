import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { localPaths } from "../../../local/paths";
import { lastLines, run } from "../../../toolchain/run";
import { UserError } from "../../errors";

/** Makes the key pair that the local stack lets in, once per local cloud. */
export async function ensureAdminKey(name: string): Promise<void> {
  const file = localPaths(name).adminKey;
  if (existsSync(file) && existsSync(`${file}.pub`)) return;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const candidate = `${file}.new`;
  [candidate, `${candidate}.pub`].forEach((path) => rmSync(path, { force: true }));
  const made = await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", `admin@${name}`, "-f", candidate]);
  if (made.code !== 0) throw new UserError(`ssh-keygen could not make ${file}: ${lastLines(made)}`);
  // The public half last: where it is, both are.
  renameSync(candidate, file);
  renameSync(`${candidate}.pub`, `${file}.pub`);
}
