import type { History, Labels } from "./history";

export type Unit = "per second" | "seconds" | "percent" | "bytes" | "count";

export interface Chart {
  readonly title: string;
  readonly unit: Unit;
  readonly times: readonly number[];
  readonly lines: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

interface Question {
  /** Name of the line; from the labels where one question has several. */
  readonly name: string | ((labels: Labels) => string);
  readonly query: (window: string) => string;
}

const responses = 'haproxy_frontend_http_responses_total{proxy="visitors"';
const byMachine = ({ machine = "" }: Labels) => machine;

/** From top to bottom: what visitors get, what serves them, what fills up. */
const questions: readonly (Pick<Chart, "title" | "unit"> & { readonly lines: readonly Question[] })[] = [
  {
    title: "Requests",
    unit: "per second",
    lines: [
      { name: "all", query: (window) => `sum(rate(${responses}}[${window}]))` },
      { name: "errors", query: (window) => `sum(rate(${responses},code="5xx"}[${window}]))` },
    ],
  },
  {
    title: "Time to answer",
    unit: "seconds",
    lines: [
      {
        name: "the monitor's visit",
        query: (window) => `max_over_time(probe_duration_seconds{job="site"}[${window}])`,
      },
      {
        name: "instances, on average",
        query: () => `avg(haproxy_backend_response_time_average_seconds{proxy="safe"})`,
      },
    ],
  },
  {
    title: "Instances",
    unit: "count",
    lines: [
      { name: "serve", query: () => 'max(haproxy_backend_active_servers{proxy="safe"})' },
      { name: "there are", query: () => "count(holdfast_instance_active)" },
    ],
  },
  {
    title: "Processors",
    unit: "percent",
    lines: [
      {
        name: byMachine,
        query: (window) => `1 - avg by (machine) (rate(node_cpu_seconds_total{mode="idle"}[${window}]))`,
      },
    ],
  },
  {
    title: "Memory",
    unit: "percent",
    lines: [{ name: byMachine, query: () => "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes" }],
  },
  {
    title: "Disks",
    unit: "percent",
    lines: [
      {
        name: ({ machine = "", folder = "" }) => `${machine} ${folder}`,
        query: () => "1 - holdfast_disk_free_bytes / holdfast_disk_size_bytes",
      },
    ],
  },
  {
    title: "Connections of PostgreSQL",
    unit: "count",
    lines: [
      { name: "in use", query: () => "sum(pg_stat_activity_count)" },
      { name: "at most", query: () => "max(pg_settings_max_connections)" },
    ],
  },
  {
    title: "Transactions of PostgreSQL",
    unit: "per second",
    lines: [
      { name: "committed", query: (window) => `sum(rate(pg_stat_database_xact_commit[${window}]))` },
      { name: "rolled back", query: (window) => `sum(rate(pg_stat_database_xact_rollback[${window}]))` },
    ],
  },
  {
    title: "WAL that waits for the backup storage",
    unit: "bytes",
    lines: [{ name: byMachine, query: () => "holdfast_wal_waiting_bytes" }],
  },
];

/** Those of which anything is known. */
export async function chartsOf(history: History): Promise<Chart[]> {
  const charts = await Promise.all(
    questions.map(async ({ title, unit, lines }) => {
      const found = await Promise.all(
        lines.map(async ({ name, query }) =>
          (await history.over(query(`${history.window}s`))).map(({ labels, values }) => ({
            name: typeof name === "string" ? name : name(labels),
            values,
          })),
        ),
      );
      const sorted = found.flatMap((some) => some.sort((a, b) => a.name.localeCompare(b.name)));
      return { title, unit, times: history.times, lines: sorted };
    }),
  );
  const known = charts.filter(({ lines }) => lines.some(({ values }) => values.some((value) => value !== null)));
  const begin = beginOf(known);
  return known.map(({ times, lines, ...chart }) => ({
    ...chart,
    times: times.slice(begin),
    lines: lines.map(({ name, values }) => ({ name, values: values.slice(begin) })),
  }));
}

/** The first moment of which anything is known: a monitor that is new has no day of history. */
function beginOf(charts: readonly Chart[]): number {
  const firsts = charts.flatMap(({ lines }) => lines.map(({ values }) => values.findIndex((value) => value !== null)));
  const known = firsts.filter((index) => index >= 0);
  return known.length > 0 ? Math.max(0, Math.min(...known) - 1) : 0;
}
