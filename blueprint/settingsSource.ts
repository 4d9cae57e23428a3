import type { CloudRules } from "./cloudTarget";
import type { EnvironmentVariable } from "../lib/environmentVariables";

/** Everything that settings are read from; files come in through a function, so that tests need none. */
export interface SettingsSource {
  readonly stack: string;
  /** The stack's configuration as Pulumi hands it over: `namespace:key` → text, JSON for groups. */
  readonly config: Readonly<Record<string, string>>;
  /** Whether Pulumi keeps the value of a key encrypted. */
  readonly isSecret: (key: string) => boolean;
  /**
   * Whether words stand in place of all secrets, as in a preview without keys. What those keys would open is not asked:
   * its reference counts as it is written. @default false
   */
  readonly secretsAreStandIns?: boolean;
  /** Whether nothing will be changed: what only machines need may then still be missing. */
  readonly preview: boolean;
  /** In UTC: `2027-06-30`. @default the day of this computer's clock */
  readonly today?: string;
  /** Folder of Pulumi.yaml, which relative paths start from. */
  readonly folder: string;
  readonly home: string;
  /** What the stack's cloud allows and gives by itself. */
  readonly cloud: CloudRules;
  /** A file's text, or nothing when it cannot be read. */
  readonly readText: (path: string) => string | undefined;
}

/** Stands in place of each secret where a command reads a stack's file without a way to what is encrypted in it. */
export const encryptedSecret = "encrypted";

/** Whether this is what somebody wrote, and so may be judged. */
export function isKnownSecret(
  value: string,
  { secretsAreStandIns }: Pick<SettingsSource, "secretsAreStandIns">,
): boolean {
  return !secretsAreStandIns && value !== encryptedSecret;
}

/** Tells the program, in the environment of a preview, that `secretsAreStandIns`. */
export const standInSecrets = { HOLDFAST_SECRETS: "stand-ins" } as const satisfies Partial<
  Record<EnvironmentVariable, string>
>;
