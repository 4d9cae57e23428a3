import type { Cloud } from "../cloud";
import { timestamp } from "../clock";
import type { View } from "../operation";
import type { ActionRow } from "../rows";

/** An action as the API shows it, its progress in percent computed from the clock. */
export function actionView(cloud: Cloud, action: ActionRow): View {
  return {
    id: action.id,
    command: action.command,
    status: action.status,
    progress: cloud.actions.progress(action),
    started: timestamp(action.started),
    finished: action.finished === null ? null : timestamp(action.finished),
    resources: action.resources,
    error: action.error,
  };
}
