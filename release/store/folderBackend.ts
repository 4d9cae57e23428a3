import { randomUUID } from "node:crypto";
import { copyFile, link, mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Content, indexKey, indexText, type StoreBackend } from "./backend";

/** A folder of this computer, made when something is put into it. */
export class FolderBackend implements StoreBackend {
  readonly place: string;

  constructor(private readonly folder: string) {
    this.place = `the folder ${folder}`;
  }

  async readText(key: string): Promise<string | undefined> {
    return unlessMissing(readFile(join(this.folder, key), "utf8"));
  }

  async fetch(key: string, to: string): Promise<boolean> {
    return (await unlessMissing(copyFile(join(this.folder, key), to).then(() => true))) ?? false;
  }

  async write(key: string, content: Content): Promise<void> {
    await rename(await this.writeAside(content), join(this.folder, key));
    await this.writeIndex();
  }

  async writeNew(key: string, content: Content): Promise<boolean> {
    const aside = await this.writeAside(content);
    try {
      // Unlike a renamed file, a link does not take the place of another.
      await link(aside, join(this.folder, key));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    } finally {
      await rm(aside, { force: true });
    }
    await this.writeIndex();
    return true;
  }

  async remove(key: string): Promise<void> {
    await rm(join(this.folder, key), { force: true });
    await this.writeIndex();
  }

  async list(): Promise<readonly string[]> {
    const names = (await unlessMissing(readdir(this.folder))) ?? [];
    return names.filter((name) => !name.startsWith(".") && name !== indexKey);
  }

  private async writeIndex(): Promise<void> {
    const keys = await this.list();
    if (keys.length === 0) return rm(join(this.folder, indexKey), { force: true });
    await rename(await this.writeAside({ text: indexText(keys) }), join(this.folder, indexKey));
  }

  /** On the disk before it gets its name: an entry that a power cut left empty would be in the way for good. */
  private async writeAside(content: Content): Promise<string> {
    await mkdir(this.folder, { recursive: true });
    const aside = join(this.folder, `.${randomUUID()}`);
    await ("text" in content ? writeFile(aside, content.text) : copyFile(content.file, aside));
    const file = await open(aside, "r");
    await file.sync();
    await file.close();
    return aside;
  }
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
