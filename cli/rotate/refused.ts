import type { RotatedSecret } from "../../blueprint/rotations";
import type { StorageAccess } from "../../blueprint/storageAccess";
import { messageOf } from "../../lib/errors";
import { askHostKey } from "../../provider/keys/askHostKey";
import { connect } from "../../provider/ssh/connect";
import { ConnectionFailure } from "../../provider/ssh/failures";
import type { Credential } from "../../provider/ssh/credential";
import { addressOfBox } from "../../stack/outside/way";
import { Project } from "../../stack/pulumi/project";
import type { RepositoryKey, StorageKey } from "../../roles/database/backup/key";
import { lastLines } from "../../lib/run";
import { UserError } from "../../lib/errors";

/** A login on a Storage Box. */
interface Way {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly hostKey?: string;
  readonly credential: Credential;
}

/** The logins that a rotation makes worthless, as they are before it. */
export async function oldLogins(stack: string, secrets: readonly RotatedSecret[]): Promise<readonly Way[]> {
  if (!secrets.includes("storage") && !secrets.includes("releases")) return [];
  const answer = await (await Project.open(stack)).run(["stack", "output", "--json", "--show-secrets"]);
  // Its standard output has secrets.
  if (answer.code !== 0) throw new UserError(lastLines({ ...answer, stdout: "" }));
  const { backupKey, releaseStore } = JSON.parse(answer.stdout) as {
    readonly backupKey?: RepositoryKey;
    readonly releaseStore?: StorageAccess;
  };
  return [
    ...(secrets.includes("storage") && backupKey ? [wayToBackups(backupKey.storage)] : []),
    ...(secrets.includes("releases") && releaseStore ? [wayToReleases(releaseStore)] : []),
  ];
}

function wayToBackups({ privateKey: key, ...where }: StorageKey): Way {
  return { ...where, credential: { name: "key", methodFor: (username) => ({ type: "publickey", username, key }) } };
}

function wayToReleases({ store, secretKey: password, hostKey }: StorageAccess): Way {
  const { hostname: host, port, username: user } = new URL(store);
  const credential: Credential = {
    name: "password",
    methodFor: (username) => ({ type: "password", username, password }),
  };
  return { host, port: Number(port), user, hostKey, credential };
}

/** Tries the old logins; what came of it, in words. @throws UserError when one still lets in */
export async function proofsOfRefusal(stack: string, old: readonly Way[]): Promise<string[]> {
  return Promise.all(old.map(async (way) => tried(way, (await addressOfBox(stack, way.host)) ?? way.host)));
}

async function tried({ port, user, hostKey, credential }: Way, host: string): Promise<string> {
  const what = `the old ${credential.name} of ${user}`;
  const signal = AbortSignal.timeout(60_000);
  try {
    const machine = hostKey ?? (await askHostKey({ host, port }, { signal, tell: () => undefined }));
    const session = await connect({
      connection: { host, port, user },
      pinned: { machine },
      signal,
      hopTimeout: 15_000,
      credentials: { usable: [credential], leftOut: [] },
    });
    session.close();
  } catch (error) {
    if (error instanceof ConnectionFailure && error.reason === "keyRefused") return `tried: ${what} is refused`;
    return `NOT TRIED: whether ${what} is refused: ${messageOf(error)}`;
  }
  throw new UserError(`${what} still lets in: rotate it again`);
}
