import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { runInForeground } from "../../lib/terminal/foreground";
import { CHECKOUT } from "../../stack/checkout";
import { createProgress } from "../../lib/terminal/progress";
import { obtainActionlint } from "../../toolchain/actionlint";
import type { Outcome } from "./outcome";

interface Check {
  readonly name: string;
  readonly command: readonly string[];
}

/** Files of the checkout, those that git ignores left out. */
function files(...patterns: string[]): string[] {
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", ...patterns];
  const output = execFileSync("git", list, { cwd: CHECKOUT, encoding: "utf8" });
  return output.split("\0").filter((file) => file !== "");
}

/** Debian's psycopg, which the guestbook takes, has no types. Nothing is cached: it would lie in the checkout. */
const mypy = ["mypy", "--strict", "--ignore-missing-imports", "--cache-dir=/dev/null", "--no-error-summary"];

/** What programs for machines share: beside each of them on a machine, in one folder here. */
const libraries = [
  "provider/machine/onMachine/common.py",
  "provider/machine/onMachine/logins.py",
  "provider/machine/onMachine/processes.py",
  "roles/database/program/postgres.py",
  "roles/haproxychecks.py",
  "roles/healthcheck.py",
];

/** Programs for machines, folder by folder, since those in one folder import each other by name. Tests go untyped. */
function typedPrograms(python: readonly string[]): string[][] {
  const programs = python.filter((file) => !file.startsWith("tests/"));
  const folders = [...new Set(programs.map((file) => dirname(file)))];
  return folders.map((folder) => [...new Set([...programs.filter((file) => dirname(file) === folder), ...libraries])]);
}

/** Everything that is judged without being run. */
function checks(actionlint: string | undefined): Check[] {
  const python = files("*.py");
  return [
    { name: "eslint", command: ["npx", "--no-install", "eslint", "."] },
    { name: "prettier", command: ["npx", "--no-install", "prettier", "--check", "--log-level", "warn", "."] },
    { name: "tsc", command: ["npx", "--no-install", "tsc", "--noEmit"] },
    { name: "shellcheck", command: ["shellcheck", ...files("*.sh", ".ci/run")] },
    ...(actionlint === undefined ? [] : [{ name: "workflows", command: [actionlint, "-no-color"] }]),
    { name: "pyflakes", command: ["pyflakes3", ...python] },
    ...typedPrograms(python).map((program) => ({
      name: `mypy ${dirname(program[0] ?? "")}`,
      command: [...mypy, ...program],
    })),
  ];
}

/** Runs all of them, also after one has failed. */
export async function lint(): Promise<Outcome> {
  let failed = 0;
  const actionlint = await obtainActionlint({ progress: createProgress() });
  const missing = typeof actionlint === "string" ? undefined : actionlint.missing;
  const all = checks(typeof actionlint === "string" ? actionlint : undefined);
  for (const { name, command } of all) {
    console.log(`\n== ${name}`);
    const [program = "", ...args] = command;
    const code = await runInForeground(program, args, { cwd: CHECKOUT }).catch((error: unknown) => {
      console.error(`${program}: ${(error as Error).message}`);
      return 127;
    });
    if (code !== 0) failed++;
  }
  return {
    passed: all.length - failed,
    failed,
    skipped: missing === undefined ? [] : [`workflows: actionlint cannot be had: ${missing}`],
  };
}
