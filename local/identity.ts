import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { localPaths } from "./paths";
import { replaceFile } from "../lib/files";

/**
 * What stays the same as long as a local cloud exists, because Pulumi's state remembers it: a new token or port would
 * show up as a change of every provider.
 */
export interface Identity {
  /** 64 characters, as long as Hetzner's. */
  readonly token: string;
  /** Opens a second project, for backups. */
  readonly backupToken: string;
  readonly ports: { readonly api?: number; readonly hcloud?: number; readonly random?: number };
}

/** How every token of a local cloud begins, so that it cannot be mistaken for a real one. */
export const LOCAL_TOKEN_PREFIX = "holdfast-local-cloud-not-a-real-token-";

/** The identity of a local cloud; a new cloud gets a new one. */
export function readIdentity(name: string): Identity {
  const file = identityFile(name);
  // A cloud of an earlier version has one token only.
  const known = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Partial<Identity>) : {};
  const identity = { token: newToken(), backupToken: newToken(), ports: {}, ...known };
  writeIdentity(name, identity);
  return identity;
}

function newToken(): string {
  const secret = randomBytes(32).toString("hex");
  return LOCAL_TOKEN_PREFIX + secret.slice(0, 64 - LOCAL_TOKEN_PREFIX.length);
}

/** Whether there is such a local cloud, running or not. */
export function hasIdentity(name: string): boolean {
  return existsSync(identityFile(name));
}

/** Readable by root alone. */
export function writeIdentity(name: string, identity: Identity): void {
  writeSecretly(identityFile(name), identity);
}

function identityFile(name: string): string {
  return join(localPaths(name).state, "identity.json");
}

/** Writes JSON that only this user may read, so that a reader never sees half of it. */
export function writeSecretly(file: string, content: unknown): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  replaceFile(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
}
