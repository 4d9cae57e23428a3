import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { repository } from "../blueprint/source";

/** What GitHub's workflows consist of, as far as tests look at it. */
export interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly concurrency?: Concurrency;
  readonly jobs: Readonly<Record<string, Job>>;
}

export interface Job {
  readonly steps: readonly Step[];
  readonly env?: Readonly<Record<string, string>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
  readonly "runs-on": string;
  readonly concurrency?: Concurrency;
  readonly needs?: string | readonly string[];
  readonly if?: string;
}

export interface Step {
  readonly name?: string;
  readonly run?: string;
  readonly uses?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

export interface Concurrency {
  readonly group: string;
  readonly "cancel-in-progress": boolean;
  readonly queue?: string;
}

const folder = join(repository, ".github/workflows");

/** The text of a workflow, comments included. */
export const workflowText = (file: string): string => readFileSync(join(folder, file), "utf8");

/** All workflows by their files' names. */
export const workflows: Readonly<Record<string, Workflow>> = Object.fromEntries(
  readdirSync(folder).map((file) => [file, parse(workflowText(file)) as Workflow]),
);

/** A workflow that has to be there. */
export function workflow(file: string): Workflow {
  const found = workflows[file];
  if (!found) throw new Error(`there is no workflow ${file}`);
  return found;
}

/** Every job of every workflow with where it stands, e.g. `deploy.yml: prod`. */
export const jobs = Object.entries(workflows).flatMap(([file, { jobs: all }]) =>
  Object.entries(all).map(([name, job]) => [`${file}: ${name}`, job] as const),
);
