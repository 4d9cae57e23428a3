import type { History } from "./history";

/** Something that may become full. */
export interface Filling {
  readonly what: string;
  /** Part that is in use. */
  readonly used: number;
  /** Seconds until it is full at the pace of the last day; undefined: it does not grow, or takes longer than a year. */
  readonly full?: number;
}

const year = 365 * 86_400;

/** Part in use by everything that may become full; and for what grows slowly, the part that it grows by in a second. */
const questions: readonly {
  readonly what: (labels: Readonly<Record<string, string>>) => string;
  readonly used: string;
  readonly growth?: string;
}[] = [
  {
    what: ({ machine = "", folder = "" }) => `${machine}: disk ${folder}`,
    used: "1 - holdfast_disk_free_bytes / holdfast_disk_size_bytes",
    // Minutes say nothing about days.
    growth: "-deriv(holdfast_disk_free_bytes[1d]) / holdfast_disk_size_bytes and holdfast_disk_free_bytes offset 6h",
  },
  {
    what: ({ machine = "" }) => `${machine}: memory`,
    used: "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes",
  },
  {
    what: ({ machine = "" }) => `${machine}: connections of PostgreSQL`,
    used: "sum by (machine) (pg_stat_activity_count) / on (machine) max by (machine) (pg_settings_max_connections)",
  },
  {
    what: ({ machine = "" }) => `${machine}: WAL that waits`,
    used: "holdfast_wal_waiting_bytes / holdfast_wal_queue_bytes",
  },
];

/** The fullest first. */
export async function fillingsOf(history: History): Promise<Filling[]> {
  const found = await Promise.all(
    questions.map(async ({ what, used, growth }) => {
      const paces = new Map(
        (growth ? await history.now(growth) : []).map(({ labels, value }) => [what(labels), value]),
      );
      return (await history.now(used)).map(({ labels, value }) => {
        const name = what(labels);
        const pace = paces.get(name) ?? 0;
        const full = pace > 0 ? (1 - value) / pace : Infinity;
        return { what: name, used: value, ...(full < year && { full }) };
      });
    }),
  );
  return found.flat().sort((a, b) => b.used - a.used);
}
