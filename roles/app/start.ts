import type { Manifest } from "../../blueprint/manifest";
import { heading, lines } from "../text";

/** A script, so that the release's command is read by a shell as its author wrote it, and not by systemd's rules. */
export function startScript({ start }: Pick<Manifest, "start">): string {
  return lines("#!/bin/sh", heading(), `exec ${start}`);
}
