import { messageOf, UserError } from "../../lib/errors";
import { askHostKey } from "../../provider/keys/askHostKey";
import { connect } from "../../provider/ssh/connect";
import { ConnectionFailure } from "../../provider/ssh/failures";
import { type S3Answer, S3Client, textsOf } from "../../release/store/s3Client";
import { type Entry, entriesOf, readFile, unlessMissing } from "../../release/store/sftp/files";
import type { BucketKey, StorageKey } from "../../roles/database/backup/key";

/** A place that backups are in, to look at. Paths begin with a slash. */
export interface Storage {
  /** For people, e.g. `the Storage Box u1.your-storagebox.de`. */
  readonly name: string;
  /** What is in a folder; nothing when there is no such folder. */
  entries(folder: string): Promise<readonly Entry[]>;
  /** Undefined when there is no such file. */
  read(path: string): Promise<Buffer | undefined>;
}

/** Milliseconds for connecting and logging in. */
const connectTimeout = 15_000;

/** The Storage Box by its address, and what to say about its host key. */
export interface BoxWay {
  readonly key: StorageKey;
  /** Where this computer finds it, if not by its name. */
  readonly address?: string;
  /** Called when nothing is known to compare the server's host key with. */
  readonly unchecked: (hostKey: string) => void;
}

/** Looks at the Storage Box over SFTP, with the stack's own key. @throws UserError when it does not let in */
export async function withBox<T>(
  { key, address, unchecked }: BoxWay,
  look: (storage: Storage) => Promise<T>,
): Promise<T> {
  const { user, port, privateKey } = key;
  const host = address ?? key.host;
  const name = `the Storage Box ${key.host}`;
  const signal = AbortSignal.timeout(120_000);
  try {
    const hostKey =
      key.hostKey ??
      (await askHostKey({ host, port }, { signal: AbortSignal.timeout(connectTimeout), tell: () => undefined }));
    if (key.hostKey === undefined) unchecked(hostKey);
    const session = await connect({
      connection: { host, port, user },
      pinned: { machine: hostKey },
      signal,
      hopTimeout: connectTimeout,
      credentials: {
        usable: [
          {
            name: "the key to the backups",
            methodFor: (username) => ({ type: "publickey", username, key: privateKey }),
          },
        ],
        leftOut: [],
      },
    });
    try {
      return await look(overSftp(name, await session.files(() => undefined)));
    } finally {
      session.close();
    }
  } catch (error) {
    throw error instanceof UserError ? error : new UserError(`${name} ${reasonOf(error)}`);
  }
}

function overSftp(name: string, sftp: Parameters<typeof entriesOf>[0]): Storage {
  return {
    name,
    entries: (folder) => entriesOf(sftp, folder),
    read: (path) => unlessMissing(readFile(sftp, path)),
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof ConnectionFailure && error.reason === "keyRefused") {
    return "refuses the stack's key: somebody may have replaced its .ssh/authorized_keys";
  }
  if (error instanceof ConnectionFailure && error.reason === "hostKeyChanged") {
    return "shows another host key than holdfast:backup.storage.hostKey: it may be another server";
  }
  return `cannot be looked at: ${messageOf(error).split("\n")[0] ?? ""}`;
}

/** The bucket of holdfast:backup.s3. */
export function bucketStorage(key: BucketKey): Storage {
  const client = new S3Client(key, key);
  const name = `the bucket ${key.bucket}`;
  const refused = ({ status, body }: S3Answer) =>
    new UserError(
      `${name} at ${key.endpoint} answers ${status} ${textsOf(body.toString(), "Code")[0] ?? ""}`.trimEnd(),
    );
  return {
    name,
    async entries(folder) {
      const prefix = `${folder.slice(1)}/`;
      const entries: Entry[] = [];
      for (let token: string | undefined, first = true; first || token !== undefined; first = false) {
        const answer = await client.get("", {
          "list-type": "2",
          delimiter: "/",
          prefix,
          ...(token !== undefined && { "continuation-token": token }),
        });
        if (answer.status !== 200) throw refused(answer);
        const xml = answer.body.toString();
        entries.push(...listed(xml, prefix));
        token = textsOf(xml, "NextContinuationToken")[0];
      }
      return entries;
    },
    async read(path) {
      const answer = await client.get(path.slice(1));
      if (answer.status === 404) return undefined;
      if (answer.status !== 200) throw refused(answer);
      return answer.body;
    },
  };
}

function listed(xml: string, prefix: string): Entry[] {
  const parts = (element: string) => xml.match(new RegExp(`<${element}>.*?</${element}>`, "gs")) ?? [];
  const one = (part: string, element: string) => textsOf(part, element)[0] ?? "";
  return [
    ...parts("CommonPrefixes").map((part) => ({
      name: one(part, "Prefix").slice(prefix.length, -1),
      modified: 0,
      size: 0,
      isFolder: true,
    })),
    ...parts("Contents").map((part) => ({
      name: one(part, "Key").slice(prefix.length),
      modified: Date.parse(one(part, "LastModified")) / 1000,
      size: Number(one(part, "Size")),
      isFolder: false,
    })),
  ];
}
