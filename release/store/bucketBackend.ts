import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { AwsClient } from "aws4fetch";
import type { StorePlace } from "../../blueprint/resolve/store";
import { type RequestOptions, notReached, request } from "../download";
import { ReleaseError } from "../errors";
import { storeKeyVariables } from "./environmentKeys";
import type { Content, StoreBackend } from "./backend";
import { textsOf } from "./s3Client";

type Bucket = Extract<StorePlace, { kind: "bucket" }>;

const variables = `$${storeKeyVariables.accessKey} and $${storeKeyVariables.secretKey}`;

/**
 * A bucket of an S3-compatible server, addressed by path: names of buckets as host names need DNS and certificates that
 * small servers do not have.
 */
export class BucketBackend implements StoreBackend {
  readonly place: string;
  private readonly client: AwsClient;
  private readonly root: string;

  constructor(private readonly bucket: Bucket) {
    this.place = `the bucket ${bucket.bucket} at ${bucket.endpoint}`;
    const accessKeyId = bucket.keys?.accessKey ?? "";
    const secretAccessKey = bucket.keys?.secretKey ?? "";
    this.client = new AwsClient({ accessKeyId, secretAccessKey, service: "s3", region: bucket.region });
    this.root = `${bucket.endpoint}/${bucket.bucket}`;
  }

  async readText(key: string): Promise<string | undefined> {
    const response = await this.call("GET", key);
    return response.status === 404 ? undefined : response.text();
  }

  async fetch(key: string, to: string): Promise<boolean> {
    const response = await this.call("GET", key);
    if (response.status === 404 || !response.body) return false;
    await pipeline(Readable.fromWeb(response.body), createWriteStream(to, { mode: 0o600 }));
    return true;
  }

  async write(key: string, content: Content): Promise<void> {
    await this.put(key, content, {});
  }

  async writeNew(key: string, content: Content): Promise<boolean> {
    // Servers that ignore the condition below would overwrite the key, so it is looked up first.
    if ((await this.call("HEAD", key)).status !== 404) return false;
    return (await this.put(key, content, { "if-none-match": "*" })).status < 400;
  }

  async remove(key: string): Promise<void> {
    await this.call("DELETE", key);
  }

  async list(): Promise<readonly string[]> {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const query = new URLSearchParams({ "list-type": "2", prefix: this.bucket.prefix });
      if (token !== undefined) query.set("continuation-token", token);
      const answer = await (await this.call("GET", "", { query })).text();
      keys.push(...textsOf(answer, "Key").map((key) => key.slice(this.bucket.prefix.length)));
      token = textsOf(answer, "NextContinuationToken")[0];
    } while (token !== undefined);
    return keys;
  }

  private async put(key: string, content: Content, headers: Record<string, string>): Promise<Response> {
    if ("text" in content) {
      const sha256 = createHash("sha256").update(content.text).digest("hex");
      return this.call("PUT", key, { headers: { ...headers, "x-amz-content-sha256": sha256 }, body: content.text });
    }
    const length = String((await stat(content.file)).size);
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(content.file) as AsyncIterable<Buffer>) hash.update(chunk);
    const signed = { ...headers, "content-length": length, "x-amz-content-sha256": hash.digest("hex") };
    return this.call("PUT", key, { headers: signed, body: Readable.toWeb(createReadStream(content.file)) });
  }

  /** Answers of success, 404 (not there) and 412 (is there already) come back, everything else is an error. */
  private async call(
    method: string,
    key: string,
    {
      query,
      headers = {},
      body,
    }: { query?: URLSearchParams; headers?: Record<string, string>; body?: RequestOptions["body"] } = {},
  ): Promise<Response> {
    if (!this.bucket.keys) throw this.withoutKeys();
    const path = key === "" ? "" : `/${this.bucket.prefix}${key}`.split("/").map(encodeURIComponent).join("/");
    const url = `${this.root}${path}${query ? `?${query.toString()}` : ""}`;
    // The signature covers the body's checksum instead of the body, so the body can be a stream.
    const signed = await this.client.sign(url, { method, headers });
    const response = await request(url, { method, headers: signed.headers, body });
    const listing = key === "";
    if (response.ok || response.status === 412 || (response.status === 404 && !listing)) return response;
    throw this.refusal(url, response.status, await response.text());
  }

  private withoutKeys(): ReleaseError {
    return new ReleaseError(this.place, {
      wrong: "cannot be read: there are no keys for it",
      why: "the store accepts no request without valid keys",
      fix: `set holdfast:releases.accessKey and .secretKey, or ${variables}`,
    });
  }

  private refusal(url: string, status: number, answer: string): ReleaseError {
    const code = textsOf(answer, "Code")[0] ?? "";
    if (status === 401 || status === 403) {
      return new ReleaseError(this.place, {
        wrong: `refuses the keys (${String(status)} ${code})`,
        why: "the store accepts no request without valid keys",
        fix: `set holdfast:releases.accessKey and .secretKey (or ${variables}), and the region`,
      });
    }
    if (code === "NoSuchBucket") {
      return new ReleaseError(this.place, {
        wrong: "does not exist",
        why: "holdfast makes no buckets, because you decide who may read them",
        fix: "make it, with no public access, or correct holdfast:releases.store",
      });
    }
    return notReached(url, `answers ${String(status)} ${code}`);
  }
}
