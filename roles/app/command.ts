import { heading, lines } from "../text";
import type { RoleFile } from "../types";

/**
 * A program that runs a release's command whole, as a shell reads it. The shell gives its place to the last program of the
 * command where it can, so mostly the app itself is what systemd starts, watches and stops.
 *
 * The command stands at the end of the file as its author wrote it: people read it there, and so does `bash -n`.
 *
 * @param name what the shell calls itself in its errors
 * @param before lines of shell that run first
 */
export function commandFile(name: string, command: string, before: readonly string[] = []): RoleFile {
  const head = ["#!/bin/bash", heading(), ...before];
  const rest = `$(tail -n +${String(head.length + 2)} -- "$0")`;
  return {
    content: lines(...head, `exec /bin/bash -c "${rest}" ${name}`, command.trim()),
    mode: "0755",
    validate: "bash -n %s",
  };
}
