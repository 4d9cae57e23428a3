import { makeBlueprint } from "../../blueprint/blueprint";
import { parseSettings } from "../../blueprint/parseSettings";
import { readSettings } from "../../blueprint/readSettings";
import type { Settings } from "../../blueprint/settings";
import { type Change, differenceOf } from "../../failures/difference";
import { formatChange } from "../../failures/prices/money";
import { totalText } from "../../failures/render/prices";
import { makeReport, type ReportOptions } from "../../failures/report";
import { unresolvedWarning } from "../../release/unresolved";
import { withRelease } from "../../release/program";
import { type Digest, errorsOf } from "../../stack/preview/digest";
import { parseSettingsFile } from "../../stack/settingsFile";
import { consequences } from "../../stack/preview/consequences";
import { type FileChange, fileChanges } from "./machineFiles";
import { protectedLosses, type ResourceChange, resourceChanges } from "../../stack/preview/resources";
import type { Revision } from "../../stack/preview/revision";
import { archiveChanges, serviceChanges } from "./services";

/** What a change does to one environment. */
export interface EnvironmentChange {
  readonly stack: string;
  /** Why there is no preview, or why an `up` would end early. */
  readonly errors: readonly string[];
  readonly resources: readonly ResourceChange[];
  readonly consequences: readonly string[];
  /** Protected resources that would be deleted or replaced. */
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
  /** Releases that could not be looked up. */
  readonly notes?: readonly string[];
}

/** What is compared. */
interface Compared {
  /** Undefined for a new environment. */
  readonly before?: Revision;
  readonly after: Revision;
  readonly report: ReportOptions;
  /** Whether the preview compares with the recorded state, with all keys at hand. @default false */
  readonly isRecorded?: boolean;
}

/** Combines the preview and the reports of both blueprints. */
export async function environmentChange(
  stack: string,
  digest: Digest,
  { before, after, report, isRecorded = false }: Compared,
): Promise<EnvironmentChange> {
  const resources = resourceChanges(digest);
  const { notes, ...compared } = await comparison(stack, before, after, report);
  const unseen = isRecorded ? undefined : notes;
  return {
    stack,
    errors: errorsOf(digest),
    resources,
    consequences: consequences(resources),
    refused: protectedLosses(resources),
    services: serviceChanges(digest),
    releases: archiveChanges(resources, { lookedUp: unseen === undefined }),
    files: fileChanges(resources),
    ...compared,
    ...(unseen && { notes: unseen }),
  };
}

/** An environment that cannot be previewed. */
export function environmentError(stack: string, error: unknown): EnvironmentChange {
  const none: readonly never[] = [];
  const lists = { resources: none, consequences: none, refused: none, services: none, releases: none, files: none };
  return { stack, errors: [(error as Error).message], ...lists, failures: none };
}

/** Whether nothing changes and nothing failed. */
export function isUntouched({ errors, resources, failures, incomparable }: EnvironmentChange): boolean {
  return errors.length === 0 && resources.length === 0 && failures.length === 0 && incomparable === undefined;
}

async function comparison(
  stack: string,
  before: Revision | undefined,
  after: Revision,
  options: ReportOptions,
): Promise<Pick<EnvironmentChange, "failures" | "price" | "incomparable" | "notes">> {
  try {
    const wanted = await settingsOf(stack, after);
    const present = before && (await settingsOf(stack, before));
    const notes = notesOn(present ? [present, wanted] : [wanted]);
    const now = makeReport(makeBlueprint(wanted), options);
    const old = present && makeReport(makeBlueprint(present), options);
    if (!old) return { ...notes, failures: [], price: `${totalText(now.price)} a month (new)` };
    const change = formatChange(now.price.total - old.price.total, now.price.currency);
    const price = `${totalText(old.price)} → ${totalText(now.price)} a month (${change})`;
    // The comment shows the price in a line of its own.
    const failures = differenceOf(old, now).filter(({ kind }) => kind !== "price");
    return { ...notes, failures, price };
  } catch (error) {
    return { failures: [], incomparable: (error as Error).message };
  }
}

/** Nothing if every release was looked up. */
function notesOn(all: readonly Settings[]): Pick<EnvironmentChange, "notes"> {
  const unseen = all.filter(({ release }) => release.isUnresolved).map(({ app }) => app.release);
  return unseen.length > 0 ? { notes: [...new Set(unseen)].map(unresolvedWarning) } : {};
}

async function settingsOf(stack: string, revision: Revision): Promise<Settings> {
  const text = revision.settings(stack);
  if (text === undefined) throw new Error(`${revision.name} has no settings of ${stack}`);
  const source = { ...parseSettingsFile(stack, text, revision.folder), secretsAreStandIns: true };
  return readSettings(await withRelease(parseSettings(source))).settings;
}
