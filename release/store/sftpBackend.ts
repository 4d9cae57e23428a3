import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import { posix } from "node:path";
import type { SFTPWrapper } from "ssh2";
import type { SftpPlace } from "../../blueprint/resolve/sftpStore";
import { call } from "../../provider/ssh/session";
import type { Content, StoreBackend } from "./backend";
import { SftpConnection } from "./sftp/connection";
import { entriesOf, exists, freeBytes, readText, toDisk, unlessMissing } from "./sftp/files";
import { nameOf, notWritten } from "./sftp/problems";

/** Seconds after which a file that an upload left behind is removed. */
const abandonedAfter = 24 * 60 * 60;

/** The name of an unfinished upload: no key, and no other upload, has such a name. */
const asideName = /^\.[0-9a-f-]{36}$/;

/**
 * A folder of an SFTP server, as Hetzner's Storage Boxes are. What is written gets its name when it is whole; SFTP's own
 * rename never takes the place of another file, so of two writers of the same new key one gets an error.
 */
export class SftpBackend implements StoreBackend {
  readonly place: string;
  private readonly server: SftpConnection;
  private ready?: Promise<void>;

  constructor(private readonly where: SftpPlace) {
    this.place = nameOf(where);
    this.server = new SftpConnection(where);
  }

  readText(key: string): Promise<string | undefined> {
    return this.server.use((sftp) => unlessMissing(readText(sftp, this.path(key))));
  }

  async fetch(key: string, to: string): Promise<boolean> {
    const fetched = this.server.use((sftp) =>
      unlessMissing(call((back) => sftp.fastGet(this.path(key), to, back)).then(() => true)),
    );
    return (await fetched) ?? false;
  }

  async write(key: string, content: Content): Promise<void> {
    await this.server.use(async (sftp) => {
      const aside = await this.writeAside(sftp, content);
      try {
        await call((back) => sftp.ext_openssh_rename(aside, this.path(key), back));
      } catch {
        // Servers without OpenSSH's extension: what was there goes first.
        await unlessMissing(call((back) => sftp.unlink(this.path(key), back)));
        await call((back) => sftp.rename(aside, this.path(key), back));
      }
    });
  }

  writeNew(key: string, content: Content): Promise<boolean> {
    return this.server.use(async (sftp) => {
      const aside = await this.writeAside(sftp, content);
      try {
        await call((back) => sftp.rename(aside, this.path(key), back));
        return true;
      } catch (error) {
        const told = await this.explained(sftp, error as Error, content);
        await call((back) => sftp.unlink(aside, back)).catch(() => undefined);
        // To SFTP, a name that is taken is a failure like any other.
        if (await exists(sftp, this.path(key)).catch(() => false)) return false;
        throw told;
      }
    });
  }

  async remove(key: string): Promise<void> {
    await this.server.use((sftp) => unlessMissing(call((back) => sftp.unlink(this.path(key), back))));
  }

  async list(): Promise<readonly string[]> {
    const entries = await this.server.use((sftp) => entriesOf(sftp, this.path("")));
    return entries.map(({ name }) => name).filter((name) => !name.startsWith("."));
  }

  private path(key: string): string {
    return posix.join(this.where.folder || ".", key);
  }

  /** On the disk before it gets its name: an entry that a crash left empty would be in the way for good. */
  private async writeAside(sftp: SFTPWrapper, content: Content): Promise<string> {
    await (this.ready ??= this.prepare(sftp));
    const aside = this.path(`.${randomUUID()}`);
    try {
      if ("text" in content) await call((back) => sftp.writeFile(aside, content.text, back));
      else await call((back) => sftp.fastPut(content.file, aside, back));
      await toDisk(sftp, aside);
      return aside;
    } catch (error) {
      const told = await this.explained(sftp, error as Error, content);
      await call((back) => sftp.unlink(aside, back)).catch(() => undefined);
      throw told;
    }
  }

  /** Makes the folder, and takes away what uploads left there that were cut off. */
  private async prepare(sftp: SFTPWrapper): Promise<void> {
    const root = this.where.folder.startsWith("/") ? "/" : "";
    const parts = this.where.folder.split("/").filter(Boolean);
    for (const [index] of parts.entries()) {
      const folder = root + parts.slice(0, index + 1).join("/");
      // The server's answer is the same whether it exists or may not be made; the upload shows which.
      await call((back) => sftp.mkdir(folder, back)).catch(() => undefined);
    }
    const before = Date.now() / 1000 - abandonedAfter;
    const entries = await entriesOf(sftp, this.path(""));
    for (const { name } of entries.filter((entry) => asideName.test(entry.name) && entry.modified < before)) {
      await unlessMissing(call((back) => sftp.unlink(this.path(name), back)));
    }
  }

  private async explained(sftp: SFTPWrapper, error: Error, content: Content): Promise<Error> {
    const size = "text" in content ? Buffer.byteLength(content.text) : (await stat(content.file)).size;
    return notWritten(this.where, error, { size, free: await freeBytes(sftp, this.path("")) });
  }
}
