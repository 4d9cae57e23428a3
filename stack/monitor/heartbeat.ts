import { monitorSecrets } from "../../blueprint/resolve/monitor";
import type { Watcher } from "./machine";

/** Seconds of history that are searched for a heartbeat. */
const span = 900;
const step = 15;

const receiver = `receiver_name="${monitorSecrets.heartbeat}"`;
/** Heartbeats that were taken by the service behind the address. */
const taken = `sum(alertmanager_notification_requests_total{${receiver}}) - sum(alertmanager_notification_requests_failed_total{${receiver}})`;

/**
 * How many seconds ago the service outside last took a heartbeat; null: not within the last quarter of an hour; undefined:
 * the settings name none.
 */
export async function heartbeatAge(
  watcher: Pick<Watcher, "prometheus">,
  now: number,
): Promise<number | null | undefined> {
  const [series] = await watcher.prometheus<readonly { readonly values: readonly (readonly [number, string])[] }[]>(
    "query_range",
    { query: taken, start: String(now - span), end: String(now), step: String(step) },
  );
  if (!series) return undefined;
  const last = series.values.findLast(([, count], index) => index > 0 && count !== series.values[index - 1]?.[1]);
  return last ? Math.max(0, Math.round(now - last[0])) : null;
}
