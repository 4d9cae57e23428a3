import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "../../blueprint/settings";

/** Where HAProxy finds what counts streamed bodies. */
export const bodySizePath = "/etc/haproxy/bodySize.lua";

/** The filter that holds bodies of unannounced length to the limit. */
export function bodySizeProgram(): string {
  return readFileSync(join(__dirname, "bodySize.lua"), "utf8");
}

/** Bytes in a MiB. */
const mebibyte = 1_048_576;

/** Bytes that the body of a request may have. */
export function bodyBytes({ loadBalancer }: Pick<Settings, "loadBalancer">): number {
  return loadBalancer.limits.bodySize * mebibyte;
}
