import type { SFTPWrapper, Stats } from "ssh2";
import { call } from "../../../provider/ssh/session";
import { isMissing } from "./problems";

/** The operations of SFTP that a store needs, as promises. Errors carry SFTP's status as `code`. */

/** Undefined when the file does not exist. */
export async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export function readFile(sftp: SFTPWrapper, path: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // The types call it a handle; it is the content.
    sftp.readFile(path, (error, content) => {
      if (error) reject(error);
      else resolve(content);
    });
  });
}

export async function readText(sftp: SFTPWrapper, path: string): Promise<string> {
  return (await readFile(sftp, path)).toString("utf8");
}

export async function exists(sftp: SFTPWrapper, path: string): Promise<boolean> {
  const found = new Promise<Stats>((resolve, reject) => {
    sftp.stat(path, (error, stats) => {
      if (error) reject(error);
      else resolve(stats);
    });
  });
  return (await unlessMissing(found)) !== undefined;
}

export interface Entry {
  readonly name: string;
  /** Seconds since 1970, by the server's clock. */
  readonly modified: number;
  /** Bytes. */
  readonly size: number;
  readonly isFolder: boolean;
}

/** What is in a folder; nothing when there is no such folder. */
export async function entriesOf(sftp: SFTPWrapper, folder: string): Promise<readonly Entry[]> {
  const listed = new Promise<Entry[]>((resolve, reject) => {
    sftp.readdir(folder, (error, list) => {
      if (error) reject(error);
      else
        resolve(
          list.map(({ filename, attrs }) => ({
            name: filename,
            modified: attrs.mtime,
            size: attrs.size,
            isFolder: attrs.isDirectory(),
          })),
        );
    });
  });
  return (await unlessMissing(listed)) ?? [];
}

/** Waits until a file is on the server's disk, where the server can say so. */
export async function toDisk(sftp: SFTPWrapper, path: string): Promise<void> {
  const handle = await new Promise<Buffer>((resolve, reject) => {
    sftp.open(path, "r+", (error, opened) => {
      if (error) reject(error);
      else resolve(opened);
    });
  });
  // An extension of OpenSSH's: ssh2 throws where a server does not have it.
  await call((back) => sftp.ext_openssh_fsync(handle, back)).catch(() => undefined);
  await call((back) => sftp.close(handle, back));
}

/** Bytes that may still be written; unknown where the server does not say it, or is not there any more. */
export function freeBytes(sftp: SFTPWrapper, folder: string): Promise<number | undefined> {
  return new Promise<number | undefined>((resolve) => {
    sftp.ext_openssh_statvfs(folder, (error, stats: { f_bavail: number | bigint; f_frsize: number | bigint }) => {
      resolve(error ? undefined : Number(stats.f_bavail) * Number(stats.f_frsize));
    });
  }).catch(() => undefined);
}
