import type { Problem } from "../problems";
import type { Admin } from "../resolve/admin";
import type { Monitor } from "../resolve/monitor";
import type { HttpsSettings } from "../sections/https";
import type { CheckedSections, SectionName } from "../sections";

/** Sections that are right by themselves; rules that need one that is not have nothing to say. */
export interface Draft extends Partial<Omit<CheckedSections, "https" | "monitor">> {
  readonly stack: string;
  readonly preview: boolean;
  /** In UTC: `2027-06-30`. @default it is not known, and no key expires */
  readonly today?: string;
  readonly resolvedAdmin?: Admin;
  /** Certificates are judged before rules are asked. */
  readonly https?: Omit<HttpsSettings, "certificates">;
  /** As roles use it. */
  readonly monitor?: Monitor;
  /** Sections that are written but not right: neither usable nor missing. @default none */
  readonly broken?: readonly SectionName[];
}

/** A rule looks at settings that are right by themselves and says what does not fit together. */
export type Rule = (draft: Draft) => readonly Problem[];
