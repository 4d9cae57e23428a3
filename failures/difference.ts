import { describeDuration, total, type Duration } from "./figures";
import { formatChange } from "./prices/money";
import type { FailureEntry, Report } from "./report";
import { capital } from "../lib/text";

/** One thing that a change of settings changes, as a sentence for a person. */
export interface Change {
  /** `price`: what a month costs; `failure`: everything else. */
  readonly kind: "failure" | "price";
  readonly effect: "better" | "worse" | "neutral";
  readonly text: string;
}

function change(effect: Change["effect"], text: string): Change {
  return { kind: "failure", effect, text };
}

/** From the worst to the best. */
const services = ["stops", "stops and comes back", "goes on"] as const;

/**
 * What another blueprint of the same stack changes about failures and price, e.g. `the load balancer is no longer a
 * single point of failure`. Nothing is said about what stays as it is.
 */
export function differenceOf(before: Report, after: Report): readonly Change[] {
  const pairs = after.failures.flatMap((entry) => {
    const old = before.failures.find(({ id }) => id === entry.id);
    return old ? [[old, entry] as const] : [];
  });
  return [
    ...singlePoints(before, after),
    ...pairs.flatMap(([old, entry]) => service(old, entry)),
    ...pairs.flatMap(([old, entry]) => left(old, entry)),
    ...pairs.flatMap(([old, entry]) => time(old, entry)),
    ...appearance(before, after),
    ...address(before, after),
    ...(before.data === after.data ? [] : [change("neutral", `Data: ${after.data}`)]),
    ...price(before, after),
  ];
}

function singlePoints(before: Report, after: Report): Change[] {
  const missing = (from: Report, to: Report) =>
    from.singlePoints.filter(({ id }) => !to.singlePoints.some((point) => point.id === id));
  return [
    ...missing(before, after).map(({ what }) =>
      change("better", `${capital(what)} is no longer a single point of failure`),
    ),
    ...missing(after, before).map(({ what, because }) =>
      change("worse", `${capital(what)} becomes a single point of failure: ${because}`),
    ),
  ];
}

function service(old: FailureEntry, entry: FailureEntry): Change[] {
  const step = services.indexOf(entry.service) - services.indexOf(old.service);
  if (step === 0) {
    // Where others of the same kind take over, how many are left says it better.
    if (old.takesOver === entry.takesOver || old.left?.number !== entry.left?.number) return [];
    return [change("neutral", `${entry.title}: ${lower(entry.takesOver)} (before: ${lower(old.takesOver)})`)];
  }
  const text = `${entry.title}: the service ${entry.service} (before: it ${old.service})`;
  return [change(step > 0 ? "better" : "worse", text)];
}

/** Only machines count: an instance more on the same cores adds nothing that could be left. */
function left(old: FailureEntry, entry: FailureEntry): Change[] {
  const [from, to] = [old.left, entry.left];
  if (from?.what !== "app machines" || to?.what !== "app machines" || from.number === to.number) return [];
  const text = `${entry.title}: ${to.number} of ${to.of} are left (before: ${from.number} of ${from.of})`;
  return [change(to.number / to.of > from.number / from.of ? "better" : "worse", text)];
}

function time(old: FailureEntry, entry: FailureEntry): Change[] {
  // Times that measure different things cannot be compared.
  if (!old.time || !entry.time || old.time.until !== entry.time.until) return [];
  const [from, to] = [old.time.duration, entry.time.duration];
  if (same(from, to)) return [];
  const text = `${entry.title}: ${describeDuration(to)} ${entry.time.until} (before: ${describeDuration(from)})`;
  return [change(lessIsBetter(total(to) - total(from)), text)];
}

function same(a: Duration, b: Duration): boolean {
  return total(a) === total(b) && a.unknown.join() === b.unknown.join();
}

/** Failures that only one of the two stacks knows. */
function appearance(before: Report, after: Report): Change[] {
  const only = (one: Report, other: Report) =>
    one.failures.filter(({ id }) => !other.failures.some((entry) => entry.id === id));
  return [
    ...only(after, before).map(({ title }) => change("neutral", `New in the report: ${lower(title)}`)),
    ...only(before, after).map(({ title }) => change("neutral", `No longer possible: ${lower(title)}`)),
  ];
}

function address({ address: before }: Report, { address: after }: Report): Change[] {
  if (before.stays === after.stays) return [];
  return [change(after.stays ? "better" : "worse", `Visitors come by ${after.what}`)];
}

function price(before: Report, after: Report): Change[] {
  const cents = after.price.total - before.price.total;
  const unknown =
    after.price.unknown.length > 0
      ? `, without ${after.price.unknown.join(" and ")}, whose price is not in the list`
      : "";
  if (cents === 0 && unknown === "") return [];
  const text = `${formatChange(cents, after.price.currency)}/month${unknown}`;
  return [{ kind: "price", effect: lessIsBetter(cents), text }];
}

function lessIsBetter(growth: number): Change["effect"] {
  if (growth === 0) return "neutral";
  return growth < 0 ? "better" : "worse";
}

/** Names such as HAProxy and Nobody else's keep their capitals: only a capital before a small letter goes. */
function lower(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
