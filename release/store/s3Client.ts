import { request } from "node:https";
import { request as plainRequest } from "node:http";
import { AwsClient } from "aws4fetch";
import type { Bucket, S3Keys } from "../../blueprint/resolve/backup";
import { UserError } from "../../lib/errors";

/** Seconds for an answer. */
const limit = 30;

/** What a bucket answers; `body` is XML, or an object's content. */
export interface S3Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** Reads a bucket that a stack's backups are in. Its server may have a certificate of its own authority. */
export class S3Client {
  private readonly client: AwsClient;

  constructor(
    private readonly bucket: Bucket,
    { accessKey, secretKey }: S3Keys,
  ) {
    const { region } = bucket;
    this.client = new AwsClient({ accessKeyId: accessKey, secretAccessKey: secretKey, service: "s3", region });
  }

  /**
   * @param key of an object; empty for the bucket itself
   * @throws UserError when the server does not answer
   */
  async get(key: string, query?: Readonly<Record<string, string>>): Promise<S3Answer> {
    const { endpoint, bucket, ca } = this.bucket;
    const path = ["", bucket, ...(key === "" ? [] : key.split("/"))].map(encodeURIComponent).join("/");
    const url = `${endpoint.replace(/\/$/, "")}${path}${query ? `?${new URLSearchParams(query).toString()}` : ""}`;
    const { headers } = await this.client.sign(url);
    const send = url.startsWith("https:") ? request : plainRequest;
    const options = {
      headers: Object.fromEntries(headers),
      ...(ca !== undefined && { ca }),
      signal: AbortSignal.timeout(limit * 1000),
    };
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => reject(new UserError(`${endpoint} does not answer: ${error.message}`));
      const sent = send(url, options, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", fail);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts) }));
      });
      sent.on("error", fail);
      sent.end();
    });
  }
}

/** Texts of all elements with a name: S3's answers are flat enough to do without a parser of XML. */
export function textsOf(xml: string, element: string): string[] {
  const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  return [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"))].map(([, text = ""]) =>
    text.replace(/&(?:#(\d+)|(\w+));/g, (all, code?: string, name?: string) =>
      code === undefined ? (entities[name ?? ""] ?? all) : String.fromCodePoint(Number(code)),
    ),
  );
}
