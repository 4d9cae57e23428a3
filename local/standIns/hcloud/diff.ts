import type { DiffResult, Values } from "../../../provider/grpc/types";
import { DEFAULTS } from "./check";
import { asList, isEmpty, meant, same, unmatched, type Property } from "./properties";
import type { Resource } from "./resource";

type Kind = "add" | "delete" | "update";

/**
 * Which properties differ between the state (old outputs, so that what somebody changed in the cloud counts) and the
 * checked inputs.
 *
 * @param ignoreChanges property paths; `*` stands for everything
 */
export function changesOf(
  resource: Resource,
  olds: Values,
  news: Values,
  ignoreChanges: readonly string[],
): Map<string, Record<string, Kind>> {
  const changes = new Map<string, Record<string, Kind>>();
  for (const [name, property] of Object.entries(resource.properties)) {
    if (same(property, olds[name], news[name])) continue;
    const details = Object.entries(detail(name, property, olds[name], news[name])).filter(
      ([path]) => !ignoreChanges.some((ignored) => covers(ignored, path)),
    );
    if (details.length > 0) changes.set(name, Object.fromEntries(details));
  }
  return changes;
}

/** The answer to the engine: replacements, their order, and each difference for the preview. */
export function diff(
  resource: Resource,
  request: { olds: Values; news: Values; ignoreChanges: readonly string[] },
): DiffResult {
  resource.checkPlan?.(request.news as never);
  const changes = changesOf(resource, request.olds, request.news, request.ignoreChanges);
  const changed = [...changes.keys()];
  const replaces = changed.filter((name) => resource.properties[name].replaces);
  const details = changed.flatMap((name) =>
    Object.entries(changes.get(name) ?? {}).map(
      ([path, kind]) => [path, replaces.includes(name) ? (`${kind}-replace` as const) : kind] as const,
    ),
  );
  return {
    changes: changed.length > 0,
    replaces,
    diffs: changed,
    detailed: Object.fromEntries(details),
    deleteBeforeReplace: replaces.length > 0 && nameIsExplicit(resource, request.news),
  };
}

/** A fixed name is free for the new resource only when the old one is gone. */
function nameIsExplicit(resource: Resource, news: Values): boolean {
  const defaults = asList(news[DEFAULTS]);
  return resource.group === "sdk" && typeof news.name === "string" && !defaults.includes("name");
}

function detail(name: string, property: Property, current: unknown, input: unknown): Record<string, Kind> {
  const desired = meant(property, input);
  if (property.kind === "labels" && typeof desired !== "string") {
    const [before, after] = [(current ?? {}) as Values, (desired ?? {}) as Values];
    const keys = Object.keys({ ...before, ...after }).filter((key) => before[key] !== after[key]);
    return Object.fromEntries(keys.map((key) => [at(name, key), kindOf(before[key], after[key])]));
  }
  if (property.kind === "objects" && Array.isArray(desired) && asList(current).length > 0) {
    return detailOfList(name, property, asList(current), desired);
  }
  return { [name]: kindOf(current, desired) };
}

function detailOfList(
  name: string,
  property: Property,
  current: readonly unknown[],
  desired: readonly unknown[],
): Record<string, Kind> {
  const equal = (a: unknown, b: unknown) => same({ kind: "object", fields: property.fields }, a, b);
  const differs = (_: unknown, index: number) => !equal(current[index], desired[index]);
  const gone = property.unordered ? unmatched(desired, current, (a, b) => equal(b, a)) : current.filter(differs);
  const come = property.unordered ? unmatched(current, desired, equal) : desired.filter(differs);
  const details: Record<string, Kind> = {};
  for (const entry of gone) details[`${name}[${String(current.indexOf(entry))}]`] = "delete";
  for (const entry of come) {
    const path = `${name}[${String(desired.indexOf(entry))}]`;
    details[path] = path in details ? "update" : "add";
  }
  return Object.keys(details).length > 0 ? details : { [name]: "update" };
}

function kindOf(before: unknown, after: unknown): Kind {
  if (isEmpty(before)) return "add";
  return isEmpty(after) ? "delete" : "update";
}

function at(name: string, key: string): string {
  return /^\w+$/.test(key) ? `${name}.${key}` : `${name}[${JSON.stringify(key)}]`;
}

/** Whether an ignored path is this path or one above it. */
function covers(ignored: string, path: string): boolean {
  if (ignored === "*" || ignored === path) return true;
  return path.startsWith(ignored) && (path[ignored.length] === "." || path[ignored.length] === "[");
}
