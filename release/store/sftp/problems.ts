import type { SftpPlace } from "../../../blueprint/resolve/sftpStore";
import type { ConnectionFailure } from "../../../provider/ssh/failures";
import { ReleaseError } from "../../errors";

/** For messages, e.g. `u1-sub1@u1.your-storagebox.de:23/releases`. */
export function nameOf({ user, host, port, folder }: SftpPlace): string {
  return `${user}@${host}:${String(port)}${folder && `/${folder}`}`;
}

/** Why this computer cannot log in to a server, and what to do about it. */
export function noWayIn(place: SftpPlace, failure: ConnectionFailure): ReleaseError {
  const name = nameOf(place);
  const [first = ""] = failure.message.split("\n");
  switch (failure.reason) {
    case "keyRefused":
      return new ReleaseError(name, {
        wrong: place.password === undefined ? "refuses this computer's SSH keys" : "refuses the password",
        why: "the store accepts nobody without a valid key or password",
        fix:
          place.password === undefined
            ? "set $HOLDFAST_SSH_KEY_FILE to a key that the server accepts, or holdfast:releases.secretKey to the password"
            : "correct holdfast:releases.secretKey; the account of a stack's own backup storage gets its password by `pulumi up`",
      });
    case "hostKeyChanged":
      return new ReleaseError(name, {
        wrong: "shows another host key than the known one",
        why: "it may be another server, and the machines would run what it holds",
        fix: "find out whether the server was really rebuilt; only then write its new key into holdfast:releases.hostKey",
      });
    default:
      return new ReleaseError(name, {
        wrong: `cannot be reached: ${first}`,
        why: "releases are kept there",
        fix: "check the address, and whether this computer may connect to that port",
      });
  }
}

/** Statuses of SFTP's third version (draft-ietf-secsh-filexfer-02, section 7), which is what servers speak. */
const status = { noSuchFile: 2, permissionDenied: 3 } as const;

export function isMissing(error: unknown): boolean {
  return (error as { code?: unknown }).code === status.noSuchFile;
}

/** An operation failed for a reason that has no message of its own. */
export function brokeOff(place: SftpPlace, error: Error): ReleaseError {
  return new ReleaseError(nameOf(place), {
    wrong: `failed: ${error.message}`,
    why: "releases are kept there",
    fix: "try again; look at the server when it stays so",
  });
}

/**
 * Why something was not written.
 *
 * @param free bytes that the server has left, where it says so
 */
export function notWritten(place: SftpPlace, error: Error, { free, size }: { free?: number; size: number }) {
  const name = nameOf(place);
  if (free !== undefined && free < size) {
    return new ReleaseError(name, {
      wrong: `is full: ${megabytes(free)} MB are left, and ${megabytes(size)} MB are to be written`,
      why: "a Storage Box takes no more than its size, and its backups need room as well",
      fix: "remove old releases (`npx holdfast release prune --keep 5`), or choose a larger holdfast:backup.storage.type",
    });
  }
  if ((error as { code?: unknown }).code === status.permissionDenied) {
    return new ReleaseError(name, {
      wrong: "may not be written to",
      why: "the account may only read, or the folder belongs to another account",
      fix: "use an account that may write there",
    });
  }
  return new ReleaseError(name, {
    wrong: `refused the file: ${error.message}`,
    why: "SFTP gives no reason; common ones are a full disk and a broken connection",
    fix: "check the free space there, and try again",
  });
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
