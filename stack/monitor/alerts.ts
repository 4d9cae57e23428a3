import type { Watcher } from "./machine";

/** Whoever reads what Alertmanager says. */
type Reader = Pick<Watcher, "alertmanager">;

/** An alert as Alertmanager tells it. */
interface RawAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly status: {
    readonly state: string;
    readonly silencedBy: readonly string[];
    readonly inhibitedBy: readonly string[];
  };
}

/** Something that the monitor says is wrong. */
export interface OpenAlert {
  readonly name: string;
  readonly severity: "page" | "notice";
  readonly machine?: string;
  readonly summary: string;
  /** What to run first. */
  readonly first: string;
  /** ISO 8601 */
  readonly since: string;
  /** Whether a person, or another alert that explains it, keeps it from being told. */
  readonly told: "told" | "silenced" | "muted";
}

/** Everything that is open, pages first. */
export async function openAlerts(watcher: Reader): Promise<OpenAlert[]> {
  const all = await watcher.alertmanager<readonly RawAlert[]>("/alerts?active=true&silenced=true&inhibited=true");
  return all
    .flatMap(({ labels, annotations, startsAt, status }): OpenAlert[] => {
      const { severity, alertname: name = "", machine } = labels;
      if (severity !== "page" && severity !== "notice") return [];
      const told = status.silencedBy.length > 0 ? "silenced" : status.inhibitedBy.length > 0 ? "muted" : "told";
      const { summary = "", first = "" } = annotations;
      return [{ name, severity, ...(machine && { machine }), summary, first, since: startsAt, told }];
    })
    .sort((a, b) => Number(b.severity === "page") - Number(a.severity === "page") || a.since.localeCompare(b.since));
}

/** A silence that a person made and that has not ended. */
export interface Silence {
  readonly id: string;
  readonly createdBy: string;
  readonly comment: string;
  readonly endsAt: string;
  readonly matchers: readonly { readonly name: string; readonly value: string }[];
  readonly status: { readonly state: "active" | "pending" | "expired" };
}

/** Silences that hold now. */
export async function silences(watcher: Reader): Promise<Silence[]> {
  const all = await watcher.alertmanager<readonly Silence[]>("/silences");
  return all.filter(({ status }) => status.state !== "expired");
}
