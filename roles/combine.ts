import type { UnitInput } from "../provider/machine/inputs";
import type { RoleConfiguration } from "./types";

/** Parts of one configuration put together: units that several parts name become one, with everything that any of them asks. */
export function combine(parts: readonly RoleConfiguration[]): Required<RoleConfiguration> {
  return {
    packages: [...new Set(parts.flatMap(({ packages = [] }) => packages))].sort(),
    files: union(parts.map(({ files = {} }) => files)),
    archives: union(parts.map(({ archives = {} }) => archives)),
    units: mergeUnits(parts.flatMap(({ units = [] }) => units)),
    checks: parts.flatMap(({ checks = [] }) => checks),
  };
}

/** Two roles that write one path would undo each other at every apply: that is an error in the roles. */
function union<T>(records: readonly Readonly<Record<string, T>>[]): Record<string, T> {
  const result: Record<string, T> = {};
  for (const [path, value] of records.flatMap((record) => Object.entries(record))) {
    if (path in result) throw new Error(`two roles of one machine write ${path}`);
    result[path] = value;
  }
  return result;
}

/** A unit that several roles have files for (systemd-sysctl) is brought to its state once, where it is named first. */
function mergeUnits(units: readonly UnitInput[]): UnitInput[] {
  const merged = new Map<string, UnitInput>();
  for (const unit of units) {
    const first = merged.get(unit.name);
    merged.set(unit.name, {
      ...first,
      ...unit,
      ...combined("restartOn", first, unit),
      ...combined("reloadOn", first, unit),
    });
  }
  return [...merged.values()];
}

function combined(key: "restartOn" | "reloadOn", first: UnitInput | undefined, second: UnitInput): Partial<UnitInput> {
  const paths = [...(first?.[key] ?? []), ...(second[key] ?? [])];
  return paths.length > 0 ? { [key]: paths } : {};
}
