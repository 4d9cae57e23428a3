import { Command } from "commander";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "../blueprint/source";
import { type Job, jobs } from "./workflowFiles";

/** ci.yml and nightly.yml run the tests themselves, this one among them. */
const tried = jobs.filter(([where]) => !/^(ci|nightly)\.yml/.test(where));

/** Notes the words that it is called with, one call in a file, and writes what it is told to write. */
const npx = `#!/bin/sh
call="$CALLS/$(find "$CALLS" -type f | wc -l)"
for word in "$@"; do
  printf '%s\\0' "$word"
  if [ "$last" = --output ]; then : > "$word"; fi
  last=$word
done > "$call"
`;

let place: string;
let runner: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), "holdfast-steps-"));
  runner = join(place, "repository");
  mkdirSync(join(place, "calls"));
  program("npx", npx);
  program("npm", "#!/bin/sh\n");
  git("init", "-q", "-b", "main", runner);
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

function program(name: string, text: string): void {
  mkdirSync(join(place, "bin"), { recursive: true });
  writeFileSync(join(place, "bin", name), text);
  chmodSync(join(place, "bin", name), 0o755);
}

function git(...args: string[]): string {
  const identity = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  return execFileSync("git", [...identity, ...args], { cwd: place, encoding: "utf8", env }).trim();
}

/** What GitHub checks out for a pull request: its merge with main, which has gone on since the branch left. */
function pullRequest(): { main: string } {
  const commit = (message: string) => git("-C", runner, "commit", "-q", "--allow-empty", "-m", message);
  commit("main, where the branch leaves");
  git("-C", runner, "checkout", "-q", "-b", "change");
  commit("the change");
  git("-C", runner, "checkout", "-q", "main");
  commit("main, later");
  const main = git("-C", runner, "rev-parse", "HEAD");
  git("-C", runner, "merge", "-q", "--no-ff", "-m", "GitHub's merge", "change");
  return { main };
}

/** Values of GitHub's expressions; those that are not here are words that say what they stand for. */
function evaluate(text: string): string {
  const values: Readonly<Record<string, string>> = {
    "github.workspace": runner,
    "runner.temp": place,
    "github.event.before": "b".repeat(40),
    "github.event.workflow_run.head_sha": "c".repeat(40),
    "github.event.workflow_run.html_url": "https://github.com/five/shop/actions/runs/17",
  };
  return text.replace(/\$\{\{\s*([\w.]+)\s*\}\}/g, (_, name: string) => values[name] ?? `value of ${name}`);
}

const evaluated = (env: Job["env"] = {}) =>
  Object.fromEntries(Object.entries(env).map(([name, value]) => [name, evaluate(value)]));

/** Runs the scripts of a job's steps one after the other, as a runner does, and gives the calls of `npx`. */
function calls(job: Job): string[][] {
  for (const { run: script, env } of job.steps) {
    if (script === undefined) continue;
    execFileSync("bash", ["--norc", "-e", "-c", evaluate(script)], {
      cwd: runner,
      stdio: ["ignore", "pipe", "inherit"],
      env: {
        ...evaluated(job.env),
        ...evaluated(env),
        PATH: `${join(place, "bin")}:${process.env.PATH ?? ""}`,
        CALLS: join(place, "calls"),
        RUNNER_TEMP: place,
        GITHUB_STEP_SUMMARY: join(place, "summary.md"),
      },
    });
  }
  const files = readdirSync(join(place, "calls")).sort((a, b) => Number(a) - Number(b));
  return files.map((file) =>
    readFileSync(join(place, "calls", file), "utf8")
      .split("\0")
      .slice(0, -1),
  );
}

class Understood extends Error {}

/** Hands words to the command's own parser, up to the moment in which it would begin. */
async function understand([name = "", ...words]: readonly string[]): Promise<void> {
  const camel = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- which one it is, the workflow says
  const module = require(join(repository, "cli", camel)) as Readonly<Record<string, () => Command>>;
  const command = module[`${camel}Command`]?.();
  if (!command) throw new Error(`holdfast has no command ${name}`);
  const program = new Command("holdfast").enablePositionalOptions().addCommand(command);
  quiet(program);
  program.hook("preAction", () => {
    throw new Understood();
  });
  await program.parseAsync([name, ...words], { from: "user" });
}

/** Throws what it would say and end with. */
function quiet(command: Command): void {
  command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  command.commands.forEach(quiet);
}

test("a parser that would take anything is none", async () => {
  await expect(understand(["up", "--stack", "staging", "--yes"])).rejects.toThrow(Understood);
  await expect(understand(["up", "--stack", "staging", "--yess"])).rejects.toThrow("unknown option '--yess'");
  await expect(understand(["preview-comment", "publish", "a.md"])).rejects.toThrow("required option '--commit <id>'");
  await expect(understand(["teardown", "staging", "now"])).rejects.toThrow("too many arguments");
});

test.each(tried)("%s: its steps run, and each command understands what it is called with", async (_where, job) => {
  pullRequest();
  const all = calls(job);
  expect(all.length).toBeGreaterThan(0);
  for (const [first, ...words] of all) {
    expect(first).toBe("holdfast");
    await expect(understand(words)).rejects.toThrow(Understood);
    const stack = words[words.indexOf("--stack") + 1];
    if (words.includes("--stack")) expect(existsSync(join(repository, `Pulumi.${stack ?? ""}.yaml`))).toBe(true);
  }
  // No key is left on a runner that somebody else uses next.
  expect(existsSync(join(runner, ".holdfast"))).toBe(false);
});

const job = (where: string): Job => {
  const [, found] = tried.find(([name]) => name === where) ?? [];
  if (!found) throw new Error(`there is no job ${where}`);
  return found;
};

test("a pull request is compared with main as it was merged with, whatever happened there since the branch left", () => {
  const { main } = pullRequest();
  const [checkout] = job("preview.yml: preview").steps;
  // The merge and its parents: all that is looked at.
  expect(checkout?.with?.["fetch-depth"]).toBe(2);
  expect(calls(job("preview.yml: preview"))).toEqual([
    ["holdfast", "preview-comment", "--before", main, "--output", "comment.md", "--data", "comment.json"],
  ]);
});

test("reviewers of prod see what the push changes there, and of a run by hand what the last commit does", () => {
  const { main } = pullRequest();
  const preview = job("deploy.yml: preview");
  const [pushed] = calls(preview);
  expect(pushed).toEqual([
    "holdfast",
    "preview-comment",
    "--stack",
    "prod",
    "--before",
    "b".repeat(40),
    "--output",
    "prod.md",
  ]);
  const byHand = preview.steps.map((step) =>
    step.env?.BEFORE === undefined ? step : { ...step, env: { BEFORE: "" } },
  );
  expect(calls({ ...preview, steps: byHand }).at(-1)).toContain(main);
});

test("each job changes its own stack", () => {
  const stacksOf = (where: string) => [
    ...new Set(calls(job(where)).flatMap((words) => words[words.indexOf("--stack") + 1] ?? [])),
  ];
  pullRequest();
  expect(stacksOf("deploy.yml: staging")).toEqual(["staging"]);
  rmSync(join(place, "calls"), { recursive: true });
  mkdirSync(join(place, "calls"));
  expect(stacksOf("deploy.yml: prod")).toEqual(["prod"]);
});
