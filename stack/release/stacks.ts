import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseReference } from "../../blueprint/releaseReference";
import type { StoredRelease } from "../../release/store/store";
import { appPaths } from "../../roles/app/paths";
import { CHECKOUT } from "../checkout";
import { readState, type StackState } from "../state";

/** A stack and its releases, by files of this computer alone. */
export interface StackUse {
  readonly stack: string;
  /** What its settings name. */
  readonly named?: string;
  /** Machine → SHA-256 of its release in the state; known for local stacks only. */
  readonly runs: Readonly<Record<string, string>>;
}

/** Every stack that has settings in this checkout. */
export function stackUses(folder = CHECKOUT): StackUse[] {
  const files = readdirSync(folder).filter((name) => /^Pulumi\.[^.]+\.yaml$/.test(name));
  return files.sort().map((name) => {
    const stack = name.slice("Pulumi.".length, -".yaml".length);
    return { stack, named: namedRelease(join(folder, name)), runs: runningReleases(readState(stack)) };
  });
}

/** Machine → SHA-256 of its release, by the state. */
export function runningReleases(state: StackState | undefined): Record<string, string> {
  const machines = (state?.resources ?? []).flatMap(({ outputs }) => {
    const { machine, archives } = (outputs ?? {}) as {
      machine?: string;
      archives?: Readonly<Record<string, { readonly sha256?: string }>>;
    };
    const sha256 = archives?.[appPaths.release]?.sha256;
    return machine !== undefined && sha256 !== undefined ? [[machine, sha256] as const] : [];
  });
  return Object.fromEntries(machines);
}

/** Whether a stack needs this release: its settings name it, or its machines run it. */
export function usesRelease({ named, runs }: StackUse, release: StoredRelease): "names" | "runs" | undefined {
  if (Object.values(runs).includes(release.sha256)) return "runs";
  const reference = named === undefined ? undefined : parseReference(named).value;
  const isNamed =
    (reference?.kind === "version" && reference.name === release.name && reference.version === release.version) ||
    (reference?.kind === "content" && reference.sha256 === release.sha256);
  return isNamed && (reference.kind === "content" || release.copyOf === undefined) ? "names" : undefined;
}

/** A file that is not YAML names no release. Commands on that stack report the error. */
function namedRelease(path: string): string | undefined {
  try {
    const file = parse(readFileSync(path, "utf8")) as { config?: Record<string, { release?: unknown } | undefined> };
    const release = file.config?.["holdfast:app"]?.release;
    return typeof release === "string" ? release : undefined;
  } catch {
    return undefined;
  }
}
