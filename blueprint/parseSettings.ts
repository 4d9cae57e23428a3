import { explain } from "./explain";
import type { Problem } from "./problems";
import { type CheckedSections, sectionNames, type SectionName, sections } from "./sections";
import type { SettingsSource } from "./settingsSource";
import type { StorageAccess } from "./storageAccess";
import { namespace } from "./unknownSettings";

/** The sections of one stack, each checked by itself, and what was looked up for them elsewhere. */
export interface ParsedSettings {
  readonly source: SettingsSource;
  /** Those that are right by themselves. */
  readonly sections: Partial<CheckedSections>;
  /** What is wrong with the others. */
  readonly problems: Readonly<Partial<Record<SectionName, readonly Problem[]>>>;
  /** What `app.release` names (release/program.ts). */
  readonly obtained?: ObtainedRelease;
  /** How to log in to the releases on the stack's own backup storage. */
  readonly storageAccess?: StorageAccess;
}

/** A release that was brought to this computer before the settings are read. */
export interface ObtainedRelease {
  /** As it stands in the settings. */
  readonly written: string;
  /** Absolute path of its tar. Absent when it could not be had, and for a folder. */
  readonly source?: string;
  /** Text of its holdfast.yaml. */
  readonly manifest?: string;
  /** Its store could not be asked without keys: source and manifest hold only what the reference says. */
  readonly isUnresolved?: boolean;
  /** What is wrong with it and with what is in it, beside its manifest. */
  readonly problems: readonly Problem[];
}

/** Checks every section of a stack's settings. Nothing is looked up yet. */
export function parseSettings(source: SettingsSource): ParsedSettings {
  return sectionNames.reduce<ParsedSettings>(
    (parsed, name) => withSection(parsed, name, valueOf(source.config[`${namespace}:${name}`])),
    { source, sections: {}, problems: {} },
  );
}

/** The same settings with another value of one section. */
export function withSection(parsed: ParsedSettings, name: SectionName, input: unknown): ParsedSettings {
  const result = sections[name].safeParse(input);
  return {
    ...parsed,
    sections: { ...parsed.sections, [name]: result.data },
    problems: { ...parsed.problems, [name]: result.success ? [] : problemsOf(name, input, result.error) },
  };
}

/** What is wrong with the value of one section. */
export function sectionProblems(name: SectionName, input: unknown): readonly Problem[] {
  const { success, error } = sections[name].safeParse(input);
  return success ? [] : problemsOf(name, input, error);
}

function problemsOf(name: SectionName, input: unknown, error: Parameters<typeof explain>[3]): readonly Problem[] {
  return explain(`${namespace}:${name}`, sections[name], input, error);
}

/** The settings in one section before they are checked; none where it is not a group. */
export function writtenGroup({ config }: SettingsSource, name: SectionName): Readonly<Record<string, unknown>> {
  const value = valueOf(config[`${namespace}:${name}`]);
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** Pulumi hands over groups, lists, numbers and flags as JSON, and text as it is. */
function valueOf(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
