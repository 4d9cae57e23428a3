import type { SftpPlace } from "../../../blueprint/resolve/sftpStore";
import type { ConnectionFailure } from "../../../provider/ssh/failures";
import { ReleaseError } from "../../errors";

/** For messages, e.g. `u1-sub1@u1.your-storagebox.de:23/releases`. */
export function nameOf({ user, host, port, folder }: SftpPlace): string {
  return `${user}@${host}:${String(port)}${folder && `/${folder}`}`;
}

/** Why a server does not let us in, and what to do about it. */
export function noWayIn(place: SftpPlace, failure: ConnectionFailure): ReleaseError {
  const name = nameOf(place);
  const [first = ""] = failure.message.split("\n");
  switch (failure.reason) {
    case "keyRefused":
      return new ReleaseError(name, {
        wrong: place.password === undefined ? "refuses the SSH keys of this computer" : "refuses the password",
        why: "a store lets nobody in without the right one",
        fix:
          place.password === undefined
            ? "set $HOLDFAST_SSH_KEY_FILE to a key that is let in there, or holdfast:releases.secretKey to the password"
            : "correct holdfast:releases.secretKey; the account of a stack's own backup storage gets its password by `pulumi up`",
      });
    case "hostKeyChanged":
      return new ReleaseError(name, {
        wrong: "shows another host key than the one that is known",
        why: "it may be somebody else's server, and what it says would be run on the machines",
        fix: "find out whether the server was made anew; only then write its new key into holdfast:releases.hostKey",
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

/** Something went wrong that is nobody's answer. */
export function brokeOff(place: SftpPlace, error: Error): ReleaseError {
  return new ReleaseError(nameOf(place), {
    wrong: `does not do what it is asked: ${error.message}`,
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
      why: "the account may only read, or the folder is somebody else's",
      fix: "use an account that may write there",
    });
  }
  return new ReleaseError(name, {
    wrong: `does not take it: ${error.message}`,
    why: "SFTP says no more; a full disk is a usual reason, a connection that broke another",
    fix: "look whether there is room, and try again",
  });
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
