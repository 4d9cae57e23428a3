import { errorBudget } from "../../alerts/rules/visitors";
import { openAlerts, type OpenAlert } from "../../stack/monitor/alerts";
import { heartbeatAge } from "../../stack/monitor/heartbeat";
import { ago } from "../../stack/status/figures";
import { type Chart, chartsOf } from "./charts";
import { type Change, changesOf } from "./changes";
import { type Filling, fillingsOf } from "./fillings";
import { History, type Reader } from "./history";

/** Everything that the dashboard shows. Texts in it come from machines: whoever shows them must not take them for HTML. */
export interface Picture {
  readonly stack: string;
  /** Seconds since 1970, as all moments here. */
  readonly at: number;
  /** Seconds of history. */
  readonly range: number;
  readonly served: Served;
  readonly outages: readonly Span[];
  readonly alerts: readonly OpenAlert[];
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  readonly fillings: readonly Filling[];
  readonly changes: readonly Change[];
  readonly charts: readonly Chart[];
}

/** Whether visitors are served, and since when it is as it is. */
export interface Served {
  readonly answer: "yes" | "no" | "not known";
  /** When it began; undefined: earlier than all that is shown. */
  readonly since?: number;
  /** What visitors ask for. */
  readonly address: string;
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Seconds after which an answer of the site is too old to say anything about now. */
const fresh = 60;

/** Requests from which on a part of them says something. */
const enough = 1000;

/** Points of a chart; of what is short, such as an outage, more are looked at. */
const points = 240;
const finePoints = 2000;

/** Asks the monitor for all of it. */
export async function takePicture(watcher: Reader, stack: string, range: number, at: number): Promise<Picture> {
  const coarse = new History(watcher, { from: at - range, to: at, points });
  const fine = new History(watcher, { from: at - range, to: at, points: finePoints });
  const [outages, alerts, facts, fillings, changes, charts] = await Promise.all([
    outagesOf(fine),
    openAlerts(watcher),
    factsOf(watcher, at),
    fillingsOf(coarse),
    changesOf(fine),
    chartsOf(coarse),
  ]);
  return {
    stack,
    at,
    range,
    served: await servedNow(coarse, outages, at),
    outages,
    alerts,
    facts,
    fillings,
    changes,
    charts,
  };
}

/** By the newest answer that the site gave the monitor. */
async function servedNow(history: History, outages: readonly Span[], at: number): Promise<Served> {
  const [site] = await history.now('probe_success{job="site"}');
  const [asked] = await history.now('timestamp(probe_success{job="site"})');
  const address = site?.labels.instance ?? "";
  if (!site || !asked || at - asked.value > fresh) {
    return { answer: "not known", address, ...(asked && { since: asked.value }) };
  }
  const last = outages.at(-1);
  if (site.value === 1) return { answer: "yes", address, ...(last && { since: last.to }) };
  const [pending] = await history.now('min(ALERTS_FOR_STATE{alertname="SiteDown"})');
  return { answer: "no", address, since: pending?.value ?? last?.from ?? asked.value };
}

/** When the site did not answer. */
async function outagesOf(history: History): Promise<Span[]> {
  const [site] = await history.over(`min_over_time(probe_success{job="site"}[${history.step}s])`);
  if (!site) return [];
  const spans: Span[] = [];
  site.values.forEach((value, index) => {
    if (value !== 0) return;
    const to = history.times[index] ?? 0;
    const last = spans.at(-1);
    if (last && to - last.to <= history.step) spans[spans.length - 1] = { from: last.from, to };
    else spans.push({ from: to - history.step, to });
  });
  return spans;
}

/** What stands beside the answer, in words. */
async function factsOf(watcher: Reader, at: number): Promise<Picture["facts"]> {
  const now = new History(watcher, { from: at - 1, to: at, points: 1 });
  const responses = 'haproxy_frontend_http_responses_total{proxy="visitors"';
  const [used, releases, master, heartbeat, backup, proof] = await Promise.all([
    // Of a few requests, one would be all that a month may have.
    now.now(
      `sum(increase(${responses},code="5xx"}[30d])) / (sum(increase(${responses}}[30d])) > ${enough}) / ${errorBudget}`,
    ),
    now.now("count by (version) (holdfast_release_info)"),
    now.now("holdfast_keeper_master == 1"),
    heartbeatAge(watcher, at).catch(() => undefined),
    now.now("min(time() - holdfast_backup_newest_seconds)"),
    now.now("min(time() - holdfast_proof_seconds)"),
  ]);
  const fact = (name: string, value: string | undefined) => (value === undefined ? [] : [{ name, value }]);
  const age = (sample?: { readonly value: number }) => sample && `${ago(sample.value)} ago`;
  return [
    ...fact("Left of the errors that 30 days may have", used[0] && percent(Math.max(0, 1 - used[0].value))),
    ...fact("Release", releases.length > 0 ? releases.map(({ labels }) => labels.version).join(" and ") : undefined),
    ...fact(
      "Who has the address",
      master.length > 0 ? master.map(({ labels }) => labels.machine).join(" and ") : undefined,
    ),
    ...fact(
      "Heartbeat",
      heartbeat === undefined ? undefined : heartbeat === null ? "none for 15 min" : `${ago(heartbeat)} ago`,
    ),
    ...fact("Newest backup", age(backup[0])),
    ...fact("Last proof of a backup", age(proof[0])),
  ];
}

export function percent(part: number): string {
  return `${(part * 100).toFixed(part < 0.1 ? 1 : 0)} %`;
}
