import { makeBlueprint } from "../../blueprint/blueprint";
import type { FailureId } from "../../failures/catalog";
import { listPrices } from "../../failures/prices/priceList";
import { makeReport, type FailureEntry, type Report, type ReportOptions } from "../../failures/report";
import { settingsWith } from "../blueprint/source";

export const priceList = listPrices;
export const options: ReportOptions = { prices: priceList };

/** The numbers of a stack. */
export interface Numbers {
  readonly loadBalancers?: number;
  readonly machines?: number;
  readonly instances?: number;
  /** More of holdfast:app. */
  readonly app?: object;
  readonly limits?: object;
  /** holdfast:database. @default none */
  readonly database?: object;
  /** holdfast:backup. @default none */
  readonly backup?: object;
  /** holdfast:https. @default none */
  readonly https?: object;
}

export function settingsFor({ loadBalancers = 1, machines = 2, instances = 2, ...more }: Numbers = {}) {
  const { app = {}, limits = {}, database, backup, https } = more;
  return settingsWith({
    "holdfast:app": { release: "./examples/guestbook", machines, instances, ...app },
    "holdfast:loadBalancer": { machines: loadBalancers, limits },
    ...(database && { "holdfast:database": database }),
    ...(backup && { "holdfast:backup": backup }),
    ...(https && { "holdfast:https": https }),
  });
}

export function reportOf(numbers: Numbers = {}, more: Partial<ReportOptions> = {}): Report {
  return makeReport(makeBlueprint(settingsFor(numbers)), { ...options, ...more });
}

export function entryOf({ failures }: Report, id: FailureId): FailureEntry {
  const entry = failures.find((candidate) => candidate.id === id);
  if (!entry) throw new Error(`the report says nothing about ${id}`);
  return entry;
}
