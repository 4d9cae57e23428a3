import type { Blueprint, MachinePlan } from "../blueprint/blueprint";
import type { ArchiveInput, CheckInput, FileInput, UnitInput } from "../provider/machine/inputs";

/** What a role looks at: the whole environment, and the machine that it is on. */
export interface RoleContext {
  readonly blueprint: Blueprint;
  readonly machine: MachinePlan;
  /** SHA-256 of the release's content: another one is another release. */
  readonly releaseSha256: string;
}

/** A file that a role renders. */
export interface RoleFile extends FileInput {
  /** Its content is encrypted in the state and never shown. */
  readonly secret?: boolean;
}

/** What one role puts on its machine; several roles on one machine are put together by roles/configuration.ts. */
export interface RoleConfiguration {
  readonly packages?: readonly string[];
  readonly files?: Readonly<Record<string, RoleFile>>;
  readonly archives?: Readonly<Record<string, ArchiveInput>>;
  readonly units?: readonly UnitInput[];
  readonly checks?: readonly CheckInput[];
}

/** A role: plain values in, files and units out. */
export type RoleRenderer = (context: RoleContext) => RoleConfiguration;
