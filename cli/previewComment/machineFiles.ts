import { structuredPatch } from "diff";
import { isDeepStrictEqual } from "node:util";
import { UNKNOWN } from "../../provider/grpc/types";
import { SECRET_TEXT } from "../../stack/preview/digest";
import type { ResourceChange } from "../../stack/preview/resources";

/** A change of one file. Machines with the same change share one entry. */
export interface FileChange {
  readonly machines: readonly string[];
  readonly path: string;
  readonly what: "new" | "changed" | "removed";
  /** Changed lines and lines around them, as in a unified diff; absent if they cannot be shown. */
  readonly lines?: readonly string[];
  /** Why there are no lines. */
  readonly hidden?: string;
}

interface File {
  readonly content?: unknown;
  readonly [property: string]: unknown;
}

/** Lines around a change. */
const CONTEXT = 2;

/** Changed files of existing machines. Files of new machines are left out: all of them are new. */
export function fileChanges(changes: readonly ResourceChange[]): readonly FileChange[] {
  const all = changes
    .filter(({ kind, operation }) => kind === "Configuration" && operation !== "create" && operation !== "delete")
    .flatMap((change) => filesOf(change));
  return grouped(all);
}

function filesOf({ name, before, after, paths: differing }: ResourceChange): FileChange[] {
  const [olds, news] = [before, after].map((state) => (state?.inputs?.files ?? {}) as Readonly<Record<string, File>>);
  const paths = [...new Set([...Object.keys(olds ?? {}), ...Object.keys(news ?? {})])].sort();
  return paths.flatMap((path) => {
    // All secrets look alike in a preview. Only the list of differences shows that one changed.
    const secretChanged = differing.includes(`files[${JSON.stringify(path)}].content`);
    const change = fileChange(olds?.[path], news?.[path], secretChanged);
    return change ? [{ machines: [name], path, ...change }] : [];
  });
}

function fileChange(
  old: File | undefined,
  now: File | undefined,
  secretChanged: boolean,
): Omit<FileChange, "machines" | "path"> | undefined {
  if (!old) return { what: "new", ...shown("", now?.content) };
  if (!now) return { what: "removed" };
  if (isDeepStrictEqual(old, now)) {
    return secretChanged && now.content === SECRET_TEXT
      ? { what: "changed", ...shown(old.content, now.content) }
      : undefined;
  }
  if (!isDeepStrictEqual(old.content, now.content)) return { what: "changed", ...shown(old.content, now.content) };
  const other = Object.keys({ ...old, ...now }).filter((key) => key !== "content" && old[key] !== now[key]);
  return { what: "changed", hidden: `only its ${other.join(", ")}` };
}

function shown(old: unknown, now: unknown): Pick<FileChange, "lines" | "hidden"> {
  if (old === SECRET_TEXT || now === SECRET_TEXT) return { hidden: "its content is secret" };
  if (old === UNKNOWN || now === UNKNOWN || typeof now !== "string" || typeof old !== "string") {
    return { hidden: "its content is known only when other resources are there" };
  }
  const { hunks } = structuredPatch("", "", old, now, "", "", { context: CONTEXT });
  return { lines: hunks.flatMap((hunk, index) => [...(index > 0 ? ["…"] : []), ...hunk.lines]) };
}

function grouped(changes: readonly FileChange[]): FileChange[] {
  const groups: FileChange[] = [];
  for (const { machines, ...change } of changes) {
    const index = groups.findIndex(({ machines: _, ...group }) => isDeepStrictEqual(group, change));
    const group = groups[index];
    if (group) groups[index] = { ...group, machines: [...group.machines, ...machines] };
    else groups.push({ machines, ...change });
  }
  return groups;
}
