import type { History, Labels } from "./history";

/** Something that happened to the stack: a line through all charts. */
export interface Change {
  /** Seconds since 1970. */
  readonly at: number;
  readonly kind: "roll-out" | "failover" | "reboot" | "alert";
  readonly text: string;
}

/** Oldest first. */
export async function changesOf(history: History): Promise<Change[]> {
  const found = await Promise.all([rollOuts(history), reboots(history), failovers(history), alerts(history)]);
  const [start = 0] = history.times;
  return found
    .flat()
    .filter(({ at }) => at >= start)
    .sort((a, b) => a.at - b.at);
}

/** Seconds within which machines take part in the same roll-out. */
const together = 600;

/** Each machine tells when it last took a release: machines of one roll-out are one change. */
async function rollOuts(history: History): Promise<Change[]> {
  const moments = await momentsOf(history, "holdfast_rollout_time_seconds");
  const ends: number[] = [];
  for (const { at } of moments) {
    const last = ends.at(-1);
    if (last !== undefined && at - last < together) ends[ends.length - 1] = at;
    else ends.push(at);
  }
  const versions = await history.over("count by (version) (holdfast_release_info)");
  return ends.map((at) => {
    // The release is told a little later than it came.
    const known = history.times.findIndex(
      (time, index) => time >= at + 90 && versions.some(({ values }) => (values[index] ?? null) !== null),
    );
    const there = versions.filter(({ values }) => (values.at(known) ?? null) !== null);
    return {
      at,
      kind: "roll-out",
      text: `roll-out of ${there.map(({ labels }) => labels.version).join(", ") || "a release"}`,
    };
  });
}

/** Seconds by which the moment of a start may move. No machine starts twice so soon. */
const moved = 30;

async function reboots(history: History): Promise<Change[]> {
  const moments = await momentsOf(history, "holdfast_boot_time_seconds");
  // Computed again and again from a clock that is set right, so that the same start moves a little.
  const apart = moments.filter(
    ({ at, labels: { machine } }, index) =>
      !moments.slice(0, index).some((one) => one.labels.machine === machine && at - one.at < moved),
  );
  return apart.map(({ at, labels }) => ({ at, kind: "reboot", text: `${labels.machine ?? ""} started` }));
}

/** Different values of figures that are moments themselves. */
async function momentsOf(history: History, query: string): Promise<{ at: number; labels: Labels }[]> {
  const series = await history.over(query);
  return series
    .flatMap(({ labels, values }) => [...new Set(values)].flatMap((at) => (at === null ? [] : [{ at, labels }])))
    .sort((a, b) => a.at - b.at);
}

/** When another load balancer became master than was before. */
async function failovers(history: History): Promise<Change[]> {
  const series = await history.over("max by (machine) (holdfast_keeper_master)");
  const changes: Change[] = [];
  let before: string | undefined;
  history.times.forEach((at, index) => {
    const master = series.find(({ values }) => values[index] === 1)?.labels.machine;
    if (master === undefined) return;
    if (before !== undefined && master !== before) {
      changes.push({ at, kind: "failover", text: `${master} took over from ${before}` });
    }
    before = master;
  });
  return changes;
}

/** When people were told of something. */
async function alerts(history: History): Promise<Change[]> {
  const series = await history.over(
    'max by (alertname, severity, machine) (ALERTS{alertstate="firing",severity=~"page|notice"})',
  );
  return series.flatMap(({ labels, values }) =>
    values.flatMap((value, index): Change[] => {
      if (value === null || (values[index - 1] ?? null) !== null) return [];
      const { alertname = "", severity = "", machine } = labels;
      const length = values.slice(index).findIndex((later) => later === null);
      const lasted = length === -1 ? "it is still open" : `it lasted ${Math.ceil((length * history.step) / 60)} min`;
      const where = machine === undefined ? "" : ` on ${machine}`;
      return [{ at: history.times[index] ?? 0, kind: "alert", text: `${severity} ${alertname}${where}: ${lasted}` }];
    }),
  );
}
