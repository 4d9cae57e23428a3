import { isDeepStrictEqual } from "node:util";
import { DiffResponse, PropertyDiff } from "@pulumi/pulumi/proto/provider_pb";
import type { DiffResult, Values } from "./types";

const kinds = {
  add: PropertyDiff.Kind.ADD,
  "add-replace": PropertyDiff.Kind.ADD_REPLACE,
  delete: PropertyDiff.Kind.DELETE,
  "delete-replace": PropertyDiff.Kind.DELETE_REPLACE,
  update: PropertyDiff.Kind.UPDATE,
  "update-replace": PropertyDiff.Kind.UPDATE_REPLACE,
} as const;

/**
 * A handler's answer as a message. Without `changes` the engine compares old and new inputs itself.
 *
 * @param oldInputs and `news` decide which sides a preview shows of a property: inputs when they differ, otherwise the
 * old output (drift that only the cloud knows of) and the new input
 */
export function toDiffResponse(result: DiffResult, oldInputs: Values, news: Values): DiffResponse {
  const response = new DiffResponse();
  const { DIFF_UNKNOWN, DIFF_SOME, DIFF_NONE } = DiffResponse.DiffChanges;
  response.setChanges(result.changes === undefined ? DIFF_UNKNOWN : result.changes ? DIFF_SOME : DIFF_NONE);
  response.setReplacesList([...(result.replaces ?? [])]);
  response.setDiffsList([...(result.diffs ?? [])]);
  response.setStablesList([...(result.stables ?? [])]);
  response.setDeletebeforereplace(result.deleteBeforeReplace ?? false);
  if (result.detailed) {
    response.setHasdetaileddiff(true);
    const map = response.getDetaileddiffMap();
    for (const [path, kind] of Object.entries(result.detailed)) {
      const diff = new PropertyDiff();
      diff.setKind(kinds[kind]);
      diff.setInputdiff(!isDeepStrictEqual(at(oldInputs, path), at(news, path)));
      map.set(path, diff);
    }
  }
  return response;
}

/** The value at a property path such as `networks[0].ip` or `files["/etc/hosts"].content`. */
function at(values: Values, path: string): unknown {
  let value: unknown = values;
  for (const [, quoted, index, name] of path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)) {
    if (typeof value !== "object" || value === null) return undefined;
    const key = quoted === undefined ? (index ?? name) : quoted.replace(/\\(.)/g, "$1");
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
