import { makeBlueprint } from "../../blueprint/blueprint";
import { readSettings } from "../../blueprint/readSettings";
import { type Change, differenceOf } from "../../failures/difference";
import { formatChange } from "../../failures/prices/money";
import { totalText } from "../../failures/render/prices";
import { makeReport, type Report, type ReportOptions } from "../../failures/report";
import { withRelease } from "../../release/program";
import { type Digest, errorsOf } from "../preview/digest";
import { settingsSourceFrom } from "../settingsSource";
import { consequences } from "./consequences";
import { type FileChange, fileChanges } from "./machineFiles";
import { endangered, type ResourceChange, resourceChanges } from "./resources";
import type { Revision } from "./revision";
import { archiveChanges, serviceChanges } from "./services";

/** What a change does to one environment, ready to be written down. */
export interface EnvironmentChange {
  readonly stack: string;
  /** Why there is no preview, or why an `up` would end early. */
  readonly errors: readonly string[];
  readonly resources: readonly ResourceChange[];
  readonly consequences: readonly string[];
  /** Protected resources that would go. */
  readonly refused: readonly ResourceChange[];
  readonly services: readonly string[];
  readonly releases: readonly string[];
  readonly files: readonly FileChange[];
  /** What the failure report says about the change. */
  readonly failures: readonly Change[];
  /** e.g. `17.96 € → 21.95 € a month (+ 3.99 €)` */
  readonly price?: string;
  /** Why failures and price cannot be compared. */
  readonly incomparable?: string;
}

/** Puts together what the preview and the two blueprints say. */
export async function environmentChange(
  stack: string,
  digest: Digest,
  { before, after, report }: { before?: Revision; after: Revision; report: ReportOptions },
): Promise<EnvironmentChange> {
  const resources = resourceChanges(digest);
  return {
    stack,
    errors: errorsOf(digest),
    resources,
    consequences: consequences(resources),
    refused: endangered(resources),
    services: serviceChanges(digest),
    releases: archiveChanges(resources),
    files: fileChanges(resources),
    ...(await comparison(stack, before, after, report)),
  };
}

/** An environment of which there is no preview. */
export function environmentError(stack: string, error: unknown): EnvironmentChange {
  const none: readonly never[] = [];
  const lists = { resources: none, consequences: none, refused: none, services: none, releases: none, files: none };
  return { stack, errors: [(error as Error).message], ...lists, failures: none };
}

/** Whether there is nothing to tell. */
export function isUntouched({ errors, resources, failures, incomparable }: EnvironmentChange): boolean {
  return errors.length === 0 && resources.length === 0 && failures.length === 0 && incomparable === undefined;
}

async function comparison(
  stack: string,
  before: Revision | undefined,
  after: Revision,
  options: ReportOptions,
): Promise<Pick<EnvironmentChange, "failures" | "price" | "incomparable">> {
  try {
    const now = await reportOf(stack, after, options);
    const old = before && (await reportOf(stack, before, options));
    if (!old) return { failures: [], price: `${totalText(now.price)} a month (new)` };
    const change = formatChange(now.price.total - old.price.total, now.price.currency);
    const price = `${totalText(old.price)} → ${totalText(now.price)} a month (${change})`;
    // The price has a line of its own.
    const failures = differenceOf(old, now).filter(({ text }) => !text.includes("/month"));
    return { failures, price };
  } catch (error) {
    return { failures: [], incomparable: (error as Error).message };
  }
}

async function reportOf(stack: string, revision: Revision, options: ReportOptions): Promise<Report> {
  const text = revision.settings(stack);
  if (text === undefined) throw new Error(`${revision.name} has no settings of ${stack}`);
  const { settings } = readSettings(await withRelease(settingsSourceFrom(stack, text, revision.folder)));
  return makeReport(makeBlueprint(settings), options);
}
