import { isDeepStrictEqual } from "node:util";
import { Secret, UNKNOWN, type Values } from "../../grpc/types";
import { fieldsOf } from "./values";

/**
 * What an update will do to a machine, for previews: its new release, and the units that it reloads, restarts or
 * stops. Undefined: nothing. E.g.
 * `guestbook 1.3.0 → 1.4.0 on app-1: will restart app@1.service, app@2.service one after the other`.
 */
export function describeChange(oldInputs: Values, news: Values): string | undefined {
  const machine = String(news.machine);
  const acts = actsOn(oldInputs, news);
  const releases = releasesIn(oldInputs, news);
  const will = acts.length > 0 ? `will ${acts.join(", ")}` : undefined;
  if (releases.length > 0) return [`${releases.join(", ")} on ${machine}`, will].filter(Boolean).join(": ");
  return will && `${machine} ${will}`;
}

/** Whether a message of a preview is one of `describeChange` that is about units alone, and not about a release. */
export function isAboutUnits(message: string): boolean {
  return /^[\w-]+ will /.test(message);
}

/** `guestbook 1.3.0 → 1.4.0` for each archive with a label whose content changes. */
function releasesIn(oldInputs: Values, news: Values): string[] {
  const olds = fieldsOf(oldInputs.archives);
  return Object.entries(fieldsOf(news.archives)).flatMap(([path, archive]) => {
    const { label, sha256 } = fieldsOf(archive);
    const old = fieldsOf(olds[path]);
    if (typeof label !== "string" || label === UNKNOWN || sha256 === old.sha256) return [];
    if (typeof old.label !== "string") return [label];
    return [`${old.label} → ${withoutSameName(old.label, label)}`];
  });
}

/** Names the app once: `guestbook 1.3.0 → 1.4.0`. */
function withoutSameName(from: string, to: string): string {
  const name = from.slice(0, from.lastIndexOf(" ") + 1);
  return name !== "" && to.startsWith(name) ? to.slice(name.length) : to;
}

function actsOn(oldInputs: Values, news: Values): string[] {
  const changed = new Set([
    ...changedKeys(fieldsOf(oldInputs.files), fieldsOf(news.files)),
    ...changedKeys(fieldsOf(oldInputs.archives), fieldsOf(news.archives)),
  ]);
  const before = unitsOf(oldInputs);
  const after = unitsOf(news);
  const acts: [act: string, name: string][] = [];
  for (const name of before.keys()) if (!after.has(name)) acts.push(["stop", name]);
  for (const [name, unit] of after) {
    const act = actOn(unit, before.get(name), changed);
    if (act) acts.push([act, name]);
  }
  const packages = missing(oldInputs.packages, news.packages);
  return [...(packages.length > 0 ? [`install ${packages.join(", ")}`] : []), ...inGroups(acts)];
}

/** Groups units with the same action: `restart app@1.service, app@2.service one after the other`. */
function inGroups(acts: readonly (readonly [act: string, name: string])[]): string[] {
  const groups: { act: string; names: string[] }[] = [];
  for (const [act, name] of acts) {
    const last = groups.at(-1);
    if (last?.act === act) last.names.push(name);
    else groups.push({ act, names: [name] });
  }
  return groups.map(
    ({ act, names }) =>
      `${act} ${names.join(", ")}${act === "restart" && names.length > 1 ? " one after the other" : ""}`,
  );
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

/** The properties whose change makes a machine act. */
function essence(value: unknown): Values {
  return {
    ...fieldsOf(value),
    validate: undefined,
    source: undefined,
    label: undefined,
    keep: undefined,
    time: undefined,
  };
}

function unitsOf(inputs: Values): Map<string, Values> {
  const units = inputs.units instanceof Secret ? inputs.units.value : inputs.units;
  return new Map((Array.isArray(units) ? units : []).map((unit) => [String(fieldsOf(unit).name), fieldsOf(unit)]));
}

function missing(olds: unknown, news: unknown): string[] {
  const had = new Set(Array.isArray(olds) ? olds.map(String) : []);
  return (Array.isArray(news) ? news.map(String) : []).filter((name) => !had.has(name));
}
