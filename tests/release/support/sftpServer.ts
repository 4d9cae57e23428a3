import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, readSync, renameSync, unlinkSync } from "node:fs";
import { existsSync, statSync, type Stats, writeSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Connection, Server, type SFTPWrapper, utils } from "ssh2";
import { makePair } from "../../../provider/keys/makePair";
import type { SftpPlace } from "../../../blueprint/resolve/sftpStore";

const { STATUS_CODE, flagsToString } = utils.sftp;
const hostKey = makePair();

type Operation = "OPEN" | "WRITE" | "READ" | "RENAME" | "REMOVE";

/**
 * An SFTP server for one account, on a folder of this computer and on loopback: the protocol is real, extensions of
 * OpenSSH's are not there. OpenSSH itself is asked in tests/rehearsal/.
 */
export class SftpServer {
  /** Operations that fail without a reason, as writing does on a full disk. */
  readonly failing = new Set<Operation>();
  /** Called before each operation. */
  onOperation: (operation: Operation) => void = () => undefined;
  mostFilesOpen = 0;

  private readonly files = new Set<number>();
  private readonly connections = new Set<Connection>();
  private readonly server: Server;

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
    this.server = new Server({ hostKeys: [hostKey.private] }, (connection) => {
      this.connections.add(connection);
      connection.on("error", () => undefined);
      connection.on("close", () => this.connections.delete(connection));
      connection.on("authentication", (attempt) => {
        const isAnna =
          attempt.method === "password" && attempt.username === "anna" && attempt.password === "pass-of-anna";
        if (isAnna) attempt.accept();
        else attempt.reject(["password"]);
      });
      connection.on("session", (accept) => {
        accept().on("sftp", (acceptSftp) => this.serve(acceptSftp()));
      });
    });
  }

  async start(): Promise<SftpPlace> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const { port } = this.server.address() as AddressInfo;
    const known = hostKey.public.split(" ").slice(0, 2).join(" ");
    return {
      kind: "sftp",
      host: "127.0.0.1",
      port,
      user: "anna",
      password: "pass-of-anna",
      folder: "a/b",
      hostKey: known,
    };
  }

  get connected(): number {
    return this.connections.size;
  }

  /** Ends all connections; new ones may come. */
  cut(): void {
    for (const connection of this.connections) connection.end();
  }

  stop(): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private serve(sftp: SFTPWrapper): void {
    const ok = (id: number) => sftp.status(id, STATUS_CODE.OK);
    /** Tells an error of the file system as SFTP does: that something is not there, and everything else. */
    const answer = (id: number, operation: Operation | undefined, work: () => void) => {
      if (operation) this.onOperation(operation);
      try {
        if (operation && this.failing.has(operation)) throw new Error("failing");
        work();
      } catch (error) {
        const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
        sftp.status(id, isMissing ? STATUS_CODE.NO_SUCH_FILE : STATUS_CODE.FAILURE);
      }
    };
    const at = (path: string) => join(this.folder, path);
    const lists = new Map<string, string[]>();

    sftp.on("OPEN", (id, path, flags) =>
      answer(id, "OPEN", () => {
        const file = openSync(at(path), flagsToString(flags) ?? "r", 0o600);
        this.files.add(file);
        this.mostFilesOpen = Math.max(this.mostFilesOpen, this.files.size);
        sftp.handle(id, Buffer.from(String(file)));
      }),
    );
    sftp.on("READ", (id, handle, offset, length) =>
      answer(id, "READ", () => {
        const content = Buffer.alloc(length);
        const read = readSync(Number(handle.toString()), content, 0, length, offset);
        if (read === 0) sftp.status(id, STATUS_CODE.EOF);
        else sftp.data(id, content.subarray(0, read));
      }),
    );
    sftp.on("WRITE", (id, handle, offset, data) =>
      answer(id, "WRITE", () => {
        writeSync(Number(handle.toString()), data, 0, data.length, offset);
        ok(id);
      }),
    );
    sftp.on("CLOSE", (id, handle) =>
      answer(id, undefined, () => {
        const name = handle.toString();
        if (!lists.delete(name)) closeSync(Number(name));
        this.files.delete(Number(name));
        ok(id);
      }),
    );
    sftp.on("FSTAT", (id, handle) =>
      answer(id, undefined, () => sftp.attrs(id, attributes(fstatSync(Number(handle.toString()))))),
    );
    sftp.on("FSETSTAT", ok);
    sftp.on("STAT", (id, path) => answer(id, undefined, () => sftp.attrs(id, attributes(statSync(at(path))))));
    sftp.on("OPENDIR", (id, path) =>
      answer(id, undefined, () => {
        const name = `list-${String(id)}`;
        lists.set(
          name,
          readdirSync(at(path)).map((entry) => join(path, entry)),
        );
        sftp.handle(id, Buffer.from(name));
      }),
    );
    sftp.on("READDIR", (id, handle) =>
      answer(id, undefined, () => {
        const paths = lists.get(handle.toString())?.splice(0) ?? [];
        if (paths.length === 0) return sftp.status(id, STATUS_CODE.EOF);
        const entries = paths.map((path) => ({
          filename: path.split("/").pop() ?? "",
          longname: path,
          attrs: attributes(statSync(at(path))),
        }));
        return sftp.name(id, entries);
      }),
    );
    sftp.on("REMOVE", (id, path) =>
      answer(id, "REMOVE", () => {
        unlinkSync(at(path));
        ok(id);
      }),
    );
    sftp.on("MKDIR", (id, path) =>
      answer(id, undefined, () => {
        mkdirSync(at(path));
        ok(id);
      }),
    );
    sftp.on("RENAME", (id, from, to) =>
      answer(id, "RENAME", () => {
        // As the protocol has it: never over something that is there.
        if (existsSync(at(to))) throw new Error("there already");
        renameSync(at(from), at(to));
        ok(id);
      }),
    );
  }
}

function attributes({ mode, uid, gid, size, atimeMs, mtimeMs }: Stats) {
  return { mode, uid, gid, size, atime: Math.floor(atimeMs / 1000), mtime: Math.floor(mtimeMs / 1000) };
}
