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
}

/** Tells the program, in the environment of a preview, that `secretsAreStandIns`. */
export const standInSecrets = { HOLDFAST_SECRETS: "stand-ins" } as const satisfies Partial<
  Record<EnvironmentVariable, string>
>;
