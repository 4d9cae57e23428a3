import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { RoleFile } from "./types";

/** What programs on machines share. Each that needs one gets a copy, and so changes together with it. */
export const libraries = {
  /** Every program's. */
  common: join(__dirname, "../provider/machine/onMachine/common.py"),
  /** Whether an instance is well. */
  healthcheck: join(__dirname, "healthcheck.py"),
  /** What HAProxy found out about instances, in words. */
  haproxychecks: join(__dirname, "haproxychecks.py"),
  /** What a keeper says of itself. */
  statelistener: join(__dirname, "statelistener.py"),
  /** Which processes there are, and where they listen. */
  processes: join(__dirname, "../provider/machine/onMachine/processes.py"),
  /** Whose key somebody logged in with. */
  logins: join(__dirname, "../provider/machine/onMachine/logins.py"),
  /** How PostgreSQL is asked. */
  postgres: join(__dirname, "database/program/postgres.py"),
} as const;

/**
 * A Python program as its folder on the machine, the shared libraries in it.
 *
 * @param source folder of its modules in this repository
 * @param target folder on the machine
 * @param more shared libraries that it needs beside `common`
 */
export function programFolder(source: string, target: string, more: readonly string[] = []): Record<string, RoleFile> {
  const modules = readdirSync(source).filter((name) => name.endsWith(".py"));
  const paths = [...modules.sort().map((name) => join(source, name)), libraries.common, ...more];
  return Object.fromEntries(
    paths.map((path) => [`${target}/${basename(path)}`, { content: readFileSync(path, "utf8") }]),
  );
}
