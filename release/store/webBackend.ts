import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { StorePlace } from "../../blueprint/resolve/store";
import { type RequestOptions, notReached, request } from "../download";
import { ReleaseError } from "../errors";
import { type Content, indexKey, indexText, type StoreBackend } from "./backend";

/**
 * A web server. Any server can be read; to be written to, it has to accept PUT and DELETE, as WebDAV servers do. Web
 * servers do not list their files, so an index of all keys lies beside them.
 */
export class WebBackend implements StoreBackend {
  readonly place: string;
  private readonly headers: Readonly<Record<string, string>>;

  constructor(private readonly web: Extract<StorePlace, { kind: "web" }>) {
    this.place = web.url;
    const { keys } = web;
    const basic = keys && Buffer.from(`${keys.accessKey}:${keys.secretKey}`).toString("base64");
    this.headers = basic === undefined ? {} : { authorization: `Basic ${basic}` };
  }

  async readText(key: string): Promise<string | undefined> {
    const response = await this.call("GET", key);
    return response.ok ? response.text() : undefined;
  }

  async fetch(key: string, to: string): Promise<boolean> {
    const response = await this.call("GET", key);
    if (!response.ok || !response.body) return false;
    await pipeline(Readable.fromWeb(response.body), createWriteStream(to, { mode: 0o600 }));
    return true;
  }

  async write(key: string, content: Content): Promise<void> {
    await this.put(key, content, {});
    await this.changeIndex((keys) => keys.add(key));
  }

  async writeNew(key: string, content: Content): Promise<boolean> {
    if ((await this.call("HEAD", key)).ok) return false;
    const { status } = await this.put(key, content, { "if-none-match": "*" });
    if (status === 412) return false;
    await this.changeIndex((keys) => keys.add(key));
    return true;
  }

  async remove(key: string): Promise<void> {
    await this.call("DELETE", key);
    await this.changeIndex((keys) => keys.delete(key));
  }

  async list(): Promise<readonly string[]> {
    const text = await this.readText(indexKey);
    return text === undefined ? [] : (JSON.parse(text) as string[]);
  }

  private async changeIndex(change: (keys: Set<string>) => unknown): Promise<void> {
    const keys = new Set(await this.list());
    change(keys);
    await this.put(indexKey, { text: indexText(keys) }, {});
  }

  private async put(key: string, content: Content, headers: Record<string, string>): Promise<Response> {
    if ("text" in content) return this.call("PUT", key, headers, content.text);
    const length = String((await stat(content.file)).size);
    const body = Readable.toWeb(createReadStream(content.file));
    return this.call("PUT", key, { ...headers, "content-length": length }, body);
  }

  /** Answers of success, 404 (not there) and 412 (is there already) come back, everything else is an error. */
  private async call(method: string, key: string, headers = {}, body?: RequestOptions["body"]): Promise<Response> {
    const url = new URL(encodeURIComponent(key), this.web.url).href;
    const response = await request(url, { method, headers: { ...this.headers, ...headers }, body });
    const { status } = response;
    if (response.ok || status === 412 || (status === 404 && method !== "PUT")) return response;
    if (method === "GET" || method === "HEAD") throw notReached(url, `answers ${String(status)}`);
    throw new ReleaseError(this.place, {
      wrong: `cannot be written to (it answers ${method} with ${String(status)})`,
      why: "a plain web server can be read, not changed",
      fix: "build into a folder and copy that to the web server, or give holdfast:releases.accessKey and .secretKey (user and password)",
    });
  }
}
