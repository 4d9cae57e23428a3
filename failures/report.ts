import type { Blueprint } from "../blueprint/blueprint";
import { type FailureId, failures } from "./catalog";
import { whereDataIs } from "./catalog/database";
import { factsOf, type Facts } from "./facts";
import { contradictions, measurementsFor, type RecordedDrill, type Measurement } from "./measured";
import { pictureOf, type Picture } from "./picture";
import { billables } from "./prices/billables";
import { priceOf, type Price } from "./prices/price";
import type { PriceList } from "./prices/priceList";
import type { Assessment, SinglePoint } from "./types";

/** What can fail in one stack, what happens then, and at what price. Plain data: every renderer shows the same. */
export interface Report {
  readonly stack: string;
  readonly location: string;
  /** What visitors come by, and whether it outlives the machine behind it. */
  readonly address: { readonly what: string; readonly stays: boolean };
  /** One sentence: where the app's data is. */
  readonly data: string;
  readonly failures: readonly FailureEntry[];
  /** What there is one of; each once, with every failure that it is behind. */
  readonly singlePoints: readonly SinglePoint[];
  readonly price: Price;
  readonly picture: Picture;
}

/** One failure of the catalog, judged for one stack. */
export interface FailureEntry extends Assessment {
  readonly id: FailureId;
  readonly title: string;
  /** Empty: not measured. */
  readonly measured: readonly Measurement[];
  /** What was measured and breaks what is promised here; then this report is wrong. */
  readonly contradicted: readonly string[];
}

/** What a report is made from beside the settings. */
export interface ReportOptions {
  readonly prices: PriceList;
  /** What drills wrote down. @default nothing was measured */
  readonly results?: readonly RecordedDrill[];
}

/** Computes the report. It asks nobody: neither a cloud nor Pulumi. */
export function makeReport(blueprint: Blueprint, { prices, results = [] }: ReportOptions): Report {
  const facts = factsOf(blueprint);
  const measurements = measurementsFor(facts, results);
  const entries = failures.flatMap(({ id, title, assess }) => {
    const assessment = assess(facts);
    if (!assessment) return [];
    const measured = measurements.filter(({ failure }) => failure === id);
    return [{ id, title, ...assessment, measured, contradicted: contradictions(assessment, measured) }];
  });
  const points = new Map(entries.flatMap(({ singlePoints }) => singlePoints.map((point) => [point.id, point])));
  return {
    stack: blueprint.stack,
    location: blueprint.settings.location,
    address: addressOf(facts),
    data: whereDataIs(facts),
    failures: entries,
    singlePoints: [...points.values()],
    price: priceOf(billables(facts), prices),
    picture: pictureOf(facts),
  };
}

function addressOf({ loadBalancers }: Facts): Report["address"] {
  const stays = loadBalancers.some(({ floatingIp }) => floatingIp);
  const what = stays
    ? "the floating IP, which stays when machines are replaced"
    : "the machine's own address, which is lost with the machine";
  return { what, stays };
}
