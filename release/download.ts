import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { pipeline } from "node:stream/promises";
import { isSafeAddress } from "../blueprint/releaseReference";
import { ReleaseError } from "./errors";

/** Seconds for a whole download. */
const limit = 900;

/**
 * Writes what lies at an address into a file.
 *
 * @throws ReleaseError when it cannot be had
 */
export async function download(url: string, to: string): Promise<void> {
  const response = await request(url);
  if (!isSafeAddress(response.url)) throw notReached(url, `leads on to ${response.url}, which is not https`);
  if (!response.ok || !response.body)
    throw notReached(url, `answers ${String(response.status)} ${response.statusText}`);
  try {
    await pipeline(Readable.fromWeb(response.body), createWriteStream(to, { mode: 0o600 }));
  } catch (error) {
    throw notReached(url, `stopped answering: ${reasonOf(error)}`);
  }
}

/** Options of a request. A stream is sent as it is read. */
export interface RequestOptions {
  readonly method?: string;
  readonly headers?: Headers | Readonly<Record<string, string>>;
  readonly body?: string | ReadableStream;
}

/** @throws ReleaseError when there is no answer at all */
export async function request(url: string, asked: RequestOptions = {}): Promise<Response> {
  try {
    return await fetch(url, { ...asked, duplex: "half", signal: AbortSignal.timeout(limit * 1000) });
  } catch (error) {
    throw notReached(url, `cannot be reached: ${reasonOf(error)}`);
  }
}

export function notReached(url: string, wrong: string): ReleaseError {
  return new ReleaseError(new URL(url).origin + new URL(url).pathname, {
    wrong,
    why: "even a preview needs the release: its holdfast.yaml says what the machines need",
    fix: "check the address, the keys and this computer's connection; then try again",
  });
}

/** `fetch` says "fetch failed" and hides the reason in the cause. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: Partial<NodeJS.ErrnoException> };
  return cause?.message || (cause?.code ?? message);
}
