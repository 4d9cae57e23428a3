import type { CloudRules } from "./cloudTarget";
import type { Problem } from "./problems";
import type { StorageAccess } from "./storageAccess";
import { type EnvironmentVariable } from "../lib/environmentVariables";

/** Everything that settings are read from; files come in through a function, so that tests need none. */
export interface SettingsSource {
  readonly stack: string;
  /** The stack's configuration as Pulumi hands it over: `namespace:key` → text, JSON for groups. */
  readonly config: Readonly<Record<string, string>>;
  /** Whether Pulumi keeps the value of a key encrypted. */
  readonly isSecret: (key: string) => boolean;
  /**
   * Words stand in place of all secrets, so nothing opens by them: a preview that anybody can make. What lies behind them
   * is taken as it is written. @default false
   */
  readonly secretsAreStandIns?: boolean;
  /** Nothing will be touched: what only matters on real machines may still be unfinished. */
  readonly preview: boolean;
  /** Folder of Pulumi.yaml, which relative paths start from. */
  readonly folder: string;
  readonly home: string;
  /** What the stack's cloud allows and gives by itself. */
  readonly cloud: CloudRules;
  /** A file's text, or nothing when it cannot be read. */
  readonly readText: (path: string) => string | undefined;
  /** What `app.release` names, where that is not a folder. */
  readonly obtained?: ObtainedRelease;
  /** The way to the releases on the stack's own backup storage, where somebody has looked it up. */
  readonly storageAccess?: StorageAccess;
}

/** What `app.release` names, brought to this computer before the settings are read (release/program.ts). */
export interface ObtainedRelease {
  /** As it stands in the settings. */
  readonly written: string;
  /** Absolute path of its tar; absent when there are problems. */
  readonly source?: string;
  /** Text of its holdfast.yaml. */
  readonly manifest?: string;
  /** Nobody asked its store, for which there is no key here: source and manifest hold what the reference says. */
  readonly isUnresolved?: boolean;
  readonly problems: readonly Problem[];
}

/** Tells the program, in the environment of a preview, that `secretsAreStandIns`. */
export const standInSecrets = { HOLDFAST_SECRETS: "stand-ins" } as const satisfies Partial<
  Record<EnvironmentVariable, string>
>;

/**
 * The text of one property of a section, before anything is checked.
 *
 * @param section as Pulumi hands it over: JSON
 */
export function writtenText(section: string | undefined, property: string): string | undefined {
  try {
    const value = (JSON.parse(section ?? "") as Readonly<Record<string, unknown>> | null)?.[property];
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
