import type { Cloud } from "../cloud";
import type { ActionRow, ResourceRef, ServerStatus } from "../rows";

/**
 * What one command does. After a crash an interrupted action is begun again, so `work` has to be idempotent and may
 * rely on nothing but the action's row.
 */
export interface Effects {
  /** The server's status while the action runs and after it; `null`: left as it is. */
  readonly status?: {
    readonly during: ServerStatus;
    readonly success: ServerStatus | null;
    readonly failure: ServerStatus | null;
  };
  /** Kinds of the action's resources that take no other action meanwhile. @default all of them */
  readonly locks?: readonly ResourceRef["type"][];
  /** Makes it real: calls of the driver. The action ends when this and its delay are over. */
  readonly work?: (cloud: Cloud, action: ActionRow) => Promise<void>;
  /** The work begins when the delay is over: nothing is to be seen of it before. @default false: both at once */
  readonly late?: boolean;
  /** Writes the result, in the transaction that ends the action. */
  readonly success?: (cloud: Cloud, action: ActionRow) => void;
  /** Takes back what was reserved at the beginning. */
  readonly failure?: (cloud: Cloud, action: ActionRow) => void;
}

/** The id of the action's resource of this kind. */
export function resourceOf(action: ActionRow, type: ResourceRef["type"]): number {
  const resource = action.resources.find((candidate) => candidate.type === type);
  if (resource === undefined) throw new Error(`action ${String(action.id)} (${action.command}) has no ${type}`);
  return resource.id;
}
