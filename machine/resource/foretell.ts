import { isDeepStrictEqual } from "node:util";
import { Secret, type Values } from "../../plugin/types";
import { fieldsOf } from "./values";

/**
 * What an update will do to the services of a machine, in words for the preview: a changed line of a file is harmless or
 * not depending on whether somebody is reloaded, restarted or stopped for it. `undefined`: nothing.
 */
export function foretell(oldInputs: Values, news: Values): string | undefined {
  const changed = new Set([
    ...changedKeys(fieldsOf(oldInputs.files), fieldsOf(news.files)),
    ...changedKeys(fieldsOf(oldInputs.archives), fieldsOf(news.archives)),
  ]);
  const before = unitsOf(oldInputs);
  const after = unitsOf(news);
  const acts: string[] = [];
  for (const name of before.keys()) if (!after.has(name)) acts.push(`stop ${name}`);
  for (const [name, unit] of after) {
    const act = actOn(unit, before.get(name), changed);
    if (act) acts.push(`${act} ${name}`);
  }
  const packages = missing(oldInputs.packages, news.packages);
  if (packages.length > 0) acts.unshift(`install ${packages.join(", ")}`);
  return acts.length > 0 ? `will ${acts.join(", ")}` : undefined;
}

function actOn(unit: Values, before: Values | undefined, changed: ReadonlySet<string>): string | undefined {
  const state = unit.state ?? "running";
  if (state === "stopped") return (before?.state ?? "running") === "stopped" ? undefined : "stop";
  const reacts = (paths: unknown) => Array.isArray(paths) && paths.some((path) => changed.has(String(path)));
  if (!before || before.state === "stopped") return "start";
  if (reacts(unit.restartOn)) return state === "oneshot" ? "run" : "restart";
  if (reacts(unit.reloadOn)) return state === "oneshot" ? "run" : "reload";
  return undefined;
}

function changedKeys(olds: Values, news: Values): string[] {
  const keys = new Set([...Object.keys(olds), ...Object.keys(news)]);
  return [...keys].filter((key) => !isDeepStrictEqual(essence(olds[key]), essence(news[key])));
}

/** What decides whether a file is written again; a validator or the place of an archive's source does not. */
function essence(value: unknown): Values {
  return { ...fieldsOf(value), validate: undefined, source: undefined };
}

function unitsOf(inputs: Values): Map<string, Values> {
  const units = inputs.units instanceof Secret ? inputs.units.value : inputs.units;
  return new Map((Array.isArray(units) ? units : []).map((unit) => [String(fieldsOf(unit).name), fieldsOf(unit)]));
}

function missing(olds: unknown, news: unknown): string[] {
  const had = new Set(Array.isArray(olds) ? olds.map(String) : []);
  return (Array.isArray(news) ? news.map(String) : []).filter((name) => !had.has(name));
}
