import { messageOf } from "../../lib/errors";
import type { StackState } from "../state";
import type { MonitorStatus } from "../status/stackStatus";
import { openAlerts } from "./alerts";
import { heartbeatAge } from "./heartbeat";
import { askMonitor, monitorMachine } from "./machine";

/**
 * What the monitor says of itself and of the stack; null: nobody watches it.
 *
 * @param limit seconds until its machine accepts the connection
 */
export async function readMonitor(stack: string, state: StackState, limit: number): Promise<MonitorStatus | null> {
  const target = monitorMachine(state);
  if (!target) return null;
  const { machine } = target;
  try {
    const [open, heartbeat] = await askMonitor(
      stack,
      target,
      (watcher) => Promise.all([openAlerts(watcher), heartbeatAge(watcher, Date.now() / 1000)]),
      { limit, patience: 4 * limit },
    );
    return {
      machine,
      unreachable: null,
      ...(heartbeat !== undefined && { heartbeat }),
      open: open.map(({ name, summary }) => `${name}: ${summary}`),
    };
  } catch (error) {
    return { machine, unreachable: messageOf(error), open: [] };
  }
}
