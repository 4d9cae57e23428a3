import { type Problem, SettingsError } from "../blueprint/problems";
import { storageBoxName } from "../blueprint/resolve/backup";
import type { Settings } from "../blueprint/settings";
import { checkSecondToken, storageEndpoint, type Target } from "../blueprint/target";
import { readVariable } from "../lib/environmentVariables";

/** Seconds for an answer of the API. */
const limit = 15;

/** A Storage Box of the stack, as much of it as is asked for. */
interface Box {
  readonly id: number;
  readonly name: string;
}

/**
 * Refuses an update that would look for the stack's Storage Box in the wrong project. Pulumi itself would not notice: it
 * would go on with the id that it knows, until a refresh does not find it and a new, empty box is made.
 *
 * @throws SettingsError with what to do
 */
export async function requireBoxInProject({ stack, backup }: Settings, target: Target): Promise<void> {
  const { token, storageToken } = target;
  if (!backup || token === undefined || storageToken === undefined) return;
  const foreign = checkSecondToken(stack, storageToken, "holdfast:backup.token");
  if (foreign.length > 0) throw new SettingsError(stack, foreign);
  const [left, moved] = await Promise.all([token, storageToken].map((one) => boxesOf(stack, one, target)));
  const problem = misplaced(left ?? [], moved ?? [], {
    name: storageBoxName(stack, backup.storage.location),
    leave: readVariable("HOLDFAST_LEAVE_BOX"),
  });
  if (problem) throw new SettingsError(stack, [problem]);
}

/**
 * What is wrong with the place of a stack's Storage Box.
 *
 * @param machines boxes of the stack in the machines' project
 * @param apart its boxes in the second project
 * @param wanted the box's name by the settings, and the id of the one that may stay behind
 */
export function misplaced(
  machines: readonly Box[],
  apart: readonly Box[],
  { name, leave }: { readonly name: string; readonly leave?: string },
): Problem | undefined {
  const [box] = machines;
  if (apart.length > 0 || !box) return undefined;
  const setting = "holdfast:backup.token";
  if (box.name !== name) {
    return {
      setting,
      wrong: `opens a project without the Storage Box ${box.name}, and its location changes as well`,
      why: "two changes at once would delete the box with all backups",
      fix: "leave holdfast:backup.storage.location as it was, and change it later",
    };
  }
  if (leave === String(box.id)) return undefined;
  return {
    setting,
    wrong: `opens a project without the Storage Box ${box.name} (id ${box.id}), which is in the machines' project`,
    why: "Pulumi cannot move a box between projects, and a new one is empty; nothing was changed or deleted",
    fix: `remove the setting, or follow docs/backups.md ("Into a second project"): the old box stays with its backups (HOLDFAST_LEAVE_BOX=${box.id}), and a new one gets a full backup`,
  };
}

async function boxesOf(stack: string, token: string, { endpoint }: Target): Promise<readonly Box[]> {
  const query = new URLSearchParams({ label_selector: `stack==${stack},role==backup` });
  const response = await fetch(`${storageEndpoint(endpoint)}/storage_boxes?${query.toString()}`, {
    headers: { authorization: `Bearer ${token}` },
    redirect: "error",
    signal: AbortSignal.timeout(limit * 1000),
  });
  if (!response.ok) {
    throw new Error(`GET /storage_boxes was answered with ${String(response.status)}: ${await response.text()}`);
  }
  return ((await response.json()) as { storage_boxes: readonly Box[] }).storage_boxes;
}
