import { baselineOf, compare } from "../../stack/preview/compare";
import { type Digest, errorsOf, nameOf, type Step, typeOf } from "../../stack/preview/digest";
import { openRevision, workingTree } from "../../stack/preview/revision";

/** What an update alone may do to a resource. Everything else would lose something or cost somebody time. */
const HARMLESS = new Set(["same", "update", "read"]);

/**
 * `ts-node tests/run/compareStates.ts REVISION`: what this checkout would do to stacks that a revision brought up, each with
 * the settings of that revision. Exit code 1 when a resource would be created, replaced or deleted.
 */
async function main([revision = "HEAD"]: readonly string[]): Promise<void> {
  const before = await openRevision(revision);
  const after = { ...workingTree(), settings: before.settings.bind(before) };
  try {
    for (const stack of ["local", ...before.stacks()]) {
      const digest = await compare(stack, await baselineOf(stack, before), after);
      const lines = [...errorsOf(digest), ...digest.steps.filter(isTold).flatMap(describeStep)];
      console.log(`${stack}: ${lines.length === 0 ? "no change" : `\n  ${lines.join("\n  ")}`}`);
      if (isHarmful(digest)) process.exitCode = 1;
    }
  } finally {
    before.close();
  }
}

/** A provider's own update is the engine's note of a token and a version: it changes nothing anywhere. */
function isTold({ op, urn }: Step): boolean {
  return op !== "same" && !(op === "update" && typeOf(urn).startsWith("pulumi:providers:"));
}

function isHarmful(digest: Digest): boolean {
  return errorsOf(digest).length > 0 || digest.steps.some(({ op }) => !HARMLESS.has(op));
}

/** Properties whose values are lists by name, such as `files`, are shown name by name. */
function describeStep({ op, urn, oldState, newState, diffReasons }: Step): string[] {
  const reasons = diffReasons ?? [];
  const changed = reasons.flatMap((key) => {
    const [old, now] = [oldState?.inputs?.[key], newState?.inputs?.[key]];
    return isRecord(old) && isRecord(now) ? namesThatDiffer(old, now).map((name) => `${key} ${name}`) : [key];
  });
  return [`${op} ${nameOf(urn)}`, ...changed.map((one) => `    ${one}`)];
}

type NamedValues = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is NamedValues {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function namesThatDiffer(old: NamedValues, now: NamedValues): string[] {
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
  return names.filter((name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]));
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
