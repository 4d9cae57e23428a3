import { homedir } from "node:os";
import { join } from "node:path";
import { readVariable } from "../lib/environmentVariables";

/**
 * Where costly things are kept outside the checkout: toolchain, base images, Debian packages, fetched releases.
 * Deleting it costs time, never data.
 *
 * @default $XDG_CACHE_HOME/holdfast, else ~/.cache/holdfast
 */
export function cacheDir(): string {
  return readVariable("HOLDFAST_CACHE") ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "holdfast");
}
