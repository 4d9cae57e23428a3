import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { run } from "../../toolchain/run";
import { repository } from "../blueprint/source";

interface Step {
  readonly run?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly steps: readonly Step[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly if?: string;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = join(repository, ".github/workflows");
const workflows = Object.fromEntries(
  readdirSync(folder).map((file) => [
    file,
    parse(readFileSync(join(folder, file), "utf8"), { merge: true }) as Workflow,
  ]),
);
const stepsOf = (file: string): readonly Step[] =>
  Object.values(workflows[file]?.jobs ?? {}).flatMap(({ steps }) => steps);

/** `npx holdfast …` of all steps: command and options. */
const commands = Object.keys(workflows)
  .flatMap(stepsOf)
  .flatMap(({ run: script = "" }) => [...script.matchAll(/npx holdfast (.*)/g)].map(([, words = ""]) => words));

test("each step is a command that a person can run, with options that it has", async () => {
  expect(commands.length).toBeGreaterThan(5);
  for (const words of new Set(commands)) {
    const names = /^[a-z-]+(?: (?:publish|build))?/.exec(words)?.[0].split(" ") ?? [];
    const { code, stdout } = await run(process.execPath, ["bin/holdfast", ...names, "--help"], {
      cwd: repository,
      timeout: 60,
    });
    expect(code).toBe(0);
    for (const [option] of words.matchAll(/--[a-z]+/g)) expect(stdout).toContain(option);
  }
}, 180_000);

test("what runs a pull request's code may read the repository, and gets no secret", () => {
  const text = readFileSync(join(folder, "preview.yml"), "utf8");
  expect(text).not.toMatch(/secrets\.|github\.token|id-token|write/);
  expect(workflows["preview.yml"]?.permissions).toEqual({ contents: "read" });
  expect(Object.keys(workflows["preview.yml"]?.on ?? {})).toEqual(["pull_request"]);
});

test("what may write comments runs the main branch's code only", () => {
  const { on, permissions, jobs } = workflows["comment.yml"] ?? { on: {}, permissions: {}, jobs: {} };
  expect(Object.keys(on)).toEqual(["workflow_run"]);
  expect(permissions).toEqual({});
  expect(jobs.comment?.permissions).toEqual({ contents: "read", actions: "read", "pull-requests": "write" });
  const [checkout] = stepsOf("comment.yml").filter(({ uses = "" }) => uses.startsWith("actions/checkout@"));
  expect(checkout?.with?.ref).toBe("${{ github.event.repository.default_branch }}");
});

test("nothing with secrets answers to a fork", () => {
  for (const [name, job] of Object.entries(workflows["staging.yml"]?.jobs ?? {})) {
    expect(job.environment).toBe("staging");
    expect([name, job.if]).toEqual([name, expect.stringContaining("head.repo.full_name == github.repository")]);
  }
  expect(Object.keys(workflows["deploy.yml"]?.on ?? {})).toEqual(["push", "workflow_dispatch"]);
});

test("nobody's text becomes part of a script, and actions are pinned to a full version", () => {
  for (const file of Object.keys(workflows)) {
    for (const { run: script = "", uses } of stepsOf(file)) {
      expect(script).not.toMatch(/\$\{\{\s*github\.(event|head_ref)/);
      if (uses !== undefined && file !== "ci.yml") expect(uses).toMatch(/@v\d+\.\d+\.\d+$/);
    }
  }
});
