import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { forgetStateOfEarlierCloud } from "../../stack/pulumi/recover";
import { readIdentity } from "../../local/identity";
import { localPaths } from "../../local/paths";
import type { Progress } from "../../lib/progress";

const notes: string[] = [];
const progress = { note: (text: string) => notes.push(text) } as unknown as Progress;

beforeEach(() => {
  process.env.HOLDFAST_STATE = mkdtempSync(join(tmpdir(), "holdfast-state-"));
  notes.length = 0;
});

afterEach(() => delete process.env.HOLDFAST_STATE);

function withState(name: string): string {
  const { pulumi } = localPaths(name);
  mkdirSync(pulumi, { recursive: true });
  writeFileSync(join(pulumi, "stack.json"), "{}");
  return pulumi;
}

test("a Pulumi state that outlived its local cloud is removed, and said", () => {
  const pulumi = withState("gone");
  forgetStateOfEarlierCloud("gone", progress);
  expect(existsSync(pulumi)).toBe(false);
  expect(notes.join()).toContain('earlier local cloud "gone"');
});

test("the state of a local cloud that only does not run now stays", () => {
  const pulumi = withState("asleep");
  readIdentity("asleep");
  forgetStateOfEarlierCloud("asleep", progress);
  expect(existsSync(join(pulumi, "stack.json"))).toBe(true);
  expect(notes).toEqual([]);
});

test("where nothing was, nothing is said", () => {
  forgetStateOfEarlierCloud("new", progress);
  expect(notes).toEqual([]);
});
