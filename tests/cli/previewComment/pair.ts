import { stringify } from "yaml";
import { type Baseline, baselineOf, compare } from "../../../stack/preview/compare";
import { environmentChange, environmentError, isUntouched } from "../../../cli/previewComment/environmentChange";
import { renderComment } from "../../../cli/previewComment/markdown";
import { repository, testKey } from "../../blueprint/source";
import { options } from "../../failures/stacks";

/** Two settings of one stack, and what the comment about the step from one to the other says. */
export interface Pair {
  readonly title: string;
  readonly before?: Sections;
  readonly after: Sections;
  /** All of these are in the comment. */
  readonly says: readonly (string | RegExp)[];
  /** None of these is. */
  readonly hides?: readonly (string | RegExp)[];
}

/** Sections of the settings, without `holdfast:`. */
export type Sections = Readonly<Record<string, unknown>>;

/** A stack that is small and has a bit of everything; `change` writes sections of it anew, `undefined` takes one out. */
function settings(change: Sections = {}): Sections {
  const all: Sections = {
    location: "nbg1",
    app: { release: "./examples/guestbook", machines: 2, instances: 2, serverType: "cx23", health: "/health" },
    loadBalancer: { machines: 1, serverType: "cx23" },
    admin: { sshKeys: [testKey], allowFrom: ["198.51.100.0/24"] },
    protect: false,
    ...change,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

export const app = (change: Sections) => ({ app: { ...(settings().app as Sections), ...change } });
export const balancer = (change: Sections) => ({
  loadBalancer: { ...(settings().loadBalancer as Sections), ...change },
});

/** The comment about a pair, by a real preview. */
export async function expectComment({ before: old = {}, after: now, says, hides = [] }: Pair): Promise<void> {
  const [before, after] = [revision("before", old), revision("after", now)];
  const change = await baseline(old)
    .then((from) => compare("prod", from, after))
    .then((digest) => environmentChange("prod", digest, { before, after, report: options }))
    .catch((error: unknown) => environmentError("prod", error));
  const text = renderComment([change], { before: "main" });
  for (const said of says) expect(text).toMatch(pattern(said));
  for (const hidden of hides) expect(text).not.toMatch(pattern(hidden));
  expect(isUntouched(change)).toBe(text.includes("Nothing changes"));
}

const baselines = new Map<string, Promise<Baseline>>();

/** Many pairs have the same settings before. */
function baseline(change: Sections): Promise<Baseline> {
  const key = JSON.stringify(change);
  const made = baselines.get(key) ?? baselineOf("prod", revision("before", change));
  baselines.set(key, made);
  return made;
}

function revision(name: string, change: Sections) {
  const config = Object.entries(settings(change)).map(([key, value]) => [`holdfast:${key}`, value]);
  return {
    name,
    folder: repository,
    settings: () => stringify({ config: Object.fromEntries(config) as Sections }),
    stacks: () => ["prod"],
    close: () => undefined,
  };
}

function pattern(text: string | RegExp): RegExp {
  return text instanceof RegExp ? text : new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
}
