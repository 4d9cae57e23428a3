import type { SFTPWrapper } from "ssh2";
import { connect } from "../ssh/connect";
import type { Credential } from "../ssh/credential";
import { call } from "../ssh/session";

/** See AuthorizedKeysArgs. */
export interface Account {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly hostKey: string;
  readonly publicKeys: readonly string[];
  readonly privateKeys: readonly string[];
}

/** Milliseconds for connecting and logging in. */
const connectTimeout = 15_000;

const file = ".ssh/authorized_keys";

/**
 * Makes these public keys the only ones that let into an account, and proves that the first private one does.
 *
 * @throws ConnectionFailure when none of the private keys lets in
 */
export async function writeAuthorizedKeys(account: Account, signal: AbortSignal): Promise<void> {
  const { publicKeys, privateKeys } = account;
  await withFiles(account, privateKeys, signal, async (sftp) => {
    const unfinished = `${file}.new`;
    const content = publicKeys.map((key) => `${key.trim()}\n`).join("");
    await call((back) => sftp.writeFile(unfinished, content, { mode: 0o600 }, back));
    // SFTP's own rename refuses a name that is taken.
    await call((back) => sftp.ext_openssh_rename(unfinished, file, back));
  });
  await withFiles(account, privateKeys.slice(0, 1), signal, () => Promise.resolve());
}

async function withFiles(
  { host, port, user, hostKey }: Account,
  keys: readonly string[],
  signal: AbortSignal,
  work: (sftp: SFTPWrapper) => Promise<void>,
): Promise<void> {
  const usable = keys.map((key): Credential => ({
    name: "the key to the storage",
    methodFor: (username) => ({ type: "publickey", username, key }),
  }));
  const connection = { host, port, user };
  const session = await connect({
    connection,
    pinned: { machine: hostKey },
    signal,
    hopTimeout: connectTimeout,
    credentials: { usable, leftOut: [] },
  });
  try {
    await work(await session.files(() => undefined));
  } finally {
    session.close();
  }
}
