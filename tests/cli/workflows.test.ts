import { jobs, type Job, workflow, workflows, workflowText } from "./workflowFiles";

/** What a job is told beside its code: its own environment and that of its steps. */
const told = (job: Job): string => JSON.stringify([job.env, job.steps.map(({ env }) => env)]);

test("what runs a pull request's code without anybody's leave may read the repository, and gets no secret", () => {
  expect(workflowText("preview.yml")).not.toMatch(/secrets\.|github\.token|id-token|write/);
  expect(workflow("preview.yml").permissions).toEqual({ contents: "read" });
  expect(Object.keys(workflow("preview.yml").on)).toEqual(["pull_request"]);
});

test("what may write comments runs the main branch's code only", () => {
  const { on, permissions, jobs: all } = workflow("comment.yml");
  expect(Object.keys(on)).toEqual(["workflow_run"]);
  expect(permissions).toEqual({});
  expect(all.comment?.permissions).toEqual({ contents: "read", actions: "read", "pull-requests": "write" });
  const [checkout] = (all.comment?.steps ?? []).filter(({ uses = "" }) => uses.startsWith("actions/checkout@"));
  expect(checkout?.with?.ref).toBe("${{ github.event.repository.default_branch }}");
});

test("nothing with secrets answers to a fork", () => {
  const { up, down, data } = workflow("staging.yml").jobs;
  for (const job of [up, down]) {
    expect(job?.environment).toBe("staging");
    expect(job?.if).toContain("head.repo.full_name == github.repository");
  }
  expect(data?.if).toMatch(/^github\.event_name == 'workflow_dispatch' &&/);
  expect(Object.keys(workflow("deploy.yml").on)).toEqual(["push", "workflow_dispatch"]);
});

test("prod's backups are opened in an environment of their own, by no job that answers to a pull request", () => {
  const holders = jobs.filter(([, job]) => told(job).includes("HOLDFAST_PROD_BACKUP_KEY"));
  expect(holders.map(([where, { environment }]) => [where, environment])).toEqual([["staging.yml: data", "prod-data"]]);
});

test("nothing of prod's is on a runner that runs pull requests' code", () => {
  const ofProd = jobs.filter(([, { environment = "" }]) => environment.startsWith("prod"));
  expect(ofProd.map(([where]) => where)).toEqual(["deploy.yml: prod", "staging.yml: data"]);
  for (const [, job] of ofProd) expect(job["runs-on"]).not.toContain("vars.HOLDFAST_RUNNER");
});

test("prod waits for staging and for what its reviewers are shown, which needs no secret", () => {
  const { prod, preview } = workflow("deploy.yml").jobs;
  expect(prod?.needs).toEqual(["staging", "preview"]);
  expect(prod?.environment).toBe("prod");
  expect(preview?.environment).toBeUndefined();
  expect(JSON.stringify(preview)).not.toMatch(/secrets\.|github\.token/);
  expect(JSON.stringify(preview)).toContain("$GITHUB_STEP_SUMMARY");
});

test("jobs that change a stack wait in that stack's queue, and nothing that waits for staging is dropped", () => {
  const queues = jobs.flatMap(([where, { concurrency }]) => (concurrency ? [[where, concurrency] as const] : []));
  expect(Object.fromEntries(queues.map(([where, { group }]) => [where, group]))).toEqual({
    "deploy.yml: staging": "stack-staging",
    "deploy.yml: prod": "stack-prod",
    "staging.yml: up": "stack-staging",
    "staging.yml: down": "stack-staging",
  });
  for (const [, { group, queue, "cancel-in-progress": cancels }] of queues) {
    expect(cancels).toBe(false);
    // What GitHub knows; actionlint does not look at it.
    expect(["single", "max", undefined]).toContain(queue);
    if (group === "stack-staging") expect(queue).toBe("max");
  }
});

test("a queue of a whole workflow is for what changes nothing: skipped jobs stand in it, too", () => {
  const queued = Object.entries(workflows).filter(([, { concurrency }]) => concurrency !== undefined);
  expect(queued.map(([file]) => file)).toEqual(["ci.yml", "preview.yml"]);
});

const ofStates = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
const ofReleases = ["HOLDFAST_RELEASES_ACCESS_KEY", "HOLDFAST_RELEASES_SECRET_KEY"];

test("keys to releases and keys to Pulumi's states are told apart wherever a stack is changed", () => {
  const changing = jobs.flatMap(([, { steps }]) => steps).filter(({ env }) => env?.PULUMI_BACKEND_URL);
  expect(changing).toHaveLength(12);
  for (const { env } of changing) {
    for (const name of ofStates.concat(ofReleases)) expect(env?.[name]).toBe(`\${{ secrets.${name} }}`);
  }
});

test("secrets reach only the steps that need them, and no package's script and no action is among these", () => {
  for (const [where, job] of jobs) {
    expect([where, JSON.stringify(job.env ?? {})]).not.toEqual([where, expect.stringContaining("secrets.")]);
    for (const { run: script = "", uses, env = {} } of job.steps) {
      if (uses !== undefined) expect(JSON.stringify(env)).not.toContain("secrets.");
      if (/\bnpm (ci|install)\b/.test(script)) expect(script).toContain("--ignore-scripts");
    }
  }
});

test("no job leaves the token of its checkout in the folder", () => {
  const checkouts = jobs
    .flatMap(([, { steps }]) => steps)
    .filter(({ uses = "" }) => uses.startsWith("actions/checkout@"));
  expect(checkouts.length).toBeGreaterThan(5);
  for (const step of checkouts) expect(step.with?.["persist-credentials"]).toBe(false);
});

test("nobody's text becomes part of a script, and actions are pinned to a full version", () => {
  for (const [, { steps }] of jobs) {
    for (const { run: script = "", uses } of steps) {
      expect(script).not.toMatch(/\$\{\{\s*github\.(event|head_ref)/);
      if (uses !== undefined) expect(uses).toMatch(/@v\d+\.\d+\.\d+$/);
    }
  }
});
