import type { z } from "zod";
import { explain } from "./explain";
import { type Problem, SettingsError } from "./problems";
import { type Admin, resolveAdmin } from "./resolve/admin";
import { type Backup, resolveBackup, type S3Keys } from "./resolve/backup";
import { resolveFailoverToken } from "./resolve/failoverToken";
import { type ObtainedRelease, type Release, resolveRelease } from "./resolve/release";
import { resolveStore, type StorePlace } from "./resolve/store";
import { rules, warnings } from "./rules";
import { schema, type SettingName } from "./schema";
import { isLocalStack, isProdStack } from "./stacks";
import type { AppSettings } from "./sections/app";
import type { DatabaseSettings } from "./sections/database";
import type { LoadBalancerSettings } from "./sections/loadBalancer";
import type { LocationName } from "./catalog";
import { namespace, unknownSettings } from "./unknownSettings";

/** What a person wrote about one environment, checked, with every default filled in. */
export interface Settings {
  readonly stack: string;
  readonly location: LocationName;
  readonly app: AppSettings;
  readonly release: Release;
  readonly loadBalancer: LoadBalancerSettings;
  /** Absent: the stack has no database. */
  readonly database?: DatabaseSettings;
  /** Absent: the database has no backups. */
  readonly backup?: Backup;
  readonly admin: Admin;
  readonly protect: boolean;
  /** Whether a value of app.environment was written as a secret; then the whole file of them is one. */
  readonly environmentIsSecret: boolean;
}

/** What must not get into the blueprint, which is shown to anybody. */
export interface SecretSettings {
  /** Absent in previews and in local stacks. */
  readonly failoverToken?: string;
  /** Of the second place for backups, if there is one; absent in previews. */
  readonly backupKeys?: S3Keys;
  /** Where releases are kept, with the keys to it. */
  readonly store: StorePlace;
}

/** Everything that settings are read from; files come in through a function, so that tests need none. */
export interface SettingsSource {
  readonly stack: string;
  /** The stack's configuration as Pulumi hands it over: `namespace:key` → text, JSON for groups. */
  readonly config: Readonly<Record<string, string>>;
  /** Whether Pulumi keeps the value of a key encrypted. */
  readonly isSecret: (key: string) => boolean;
  /** Nothing will be touched: what only matters on real machines may still be unfinished. */
  readonly preview: boolean;
  /** Folder of Pulumi.yaml, which relative paths start from. */
  readonly folder: string;
  readonly home: string;
  /** Public key that a local stack lets in when the settings name none. */
  readonly localAdminKey: string;
  /** A file's text, or nothing when it cannot be read. */
  readonly readText: (path: string) => string | undefined;
  /** What `app.release` names, where that is not a folder. */
  readonly obtained?: ObtainedRelease;
}

/** Sections that are right by themselves; rules that need one that is not have nothing to say. */
export type Draft = { readonly stack: string; readonly preview: boolean } & {
  readonly [Name in SettingName]?: z.output<(typeof schema)[Name]>;
} & {
  readonly resolvedAdmin?: Admin;
  readonly release?: Release;
  /** Sections that are written and not right: not there, but not missing either. @default none */
  readonly broken?: readonly SettingName[];
};

/**
 * Reads and checks the settings of a stack.
 *
 * @throws SettingsError with everything that is wrong, not just the first.
 */
export function readSettings(source: SettingsSource): {
  settings: Settings;
  secrets: SecretSettings;
  warnings: readonly Problem[];
} {
  const problems: Problem[] = unknownSettings(Object.keys(source.config));
  const note = <T>(result: { value?: T; problems: readonly Problem[] }): T | undefined => {
    problems.push(...result.problems);
    return result.value;
  };

  const location = note(parse("location", source));
  const app = note(parse("app", source));
  const loadBalancer = note(parse("loadBalancer", source));
  const database = note(parse("database", source));
  const backup = note(parse("backup", source));
  const admin = note(parse("admin", source));
  const loadBalancers = loadBalancer?.machines ?? 0;
  const failoverToken = note(resolveFailoverToken(note(parse("failoverToken", source)), { loadBalancers }, source));
  const resolvedBackup = backup && note(resolveBackup(backup, location, source));
  const protect = note(parse("protect", source)) ?? isProdStack(source.stack);
  const releases = note(parse("releases", source));
  const store = releases && note(resolveStore(releases, source));
  const release = app && store && note(resolveRelease(app.release, source));
  const resolvedAdmin = admin && note(resolveAdmin(admin, source));

  const { stack, preview } = source;
  const draft: Draft = {
    stack,
    preview,
    location,
    app,
    loadBalancer,
    database,
    backup,
    admin,
    protect,
    release,
    resolvedAdmin,
    broken: database || source.config[`${namespace}:database`] === undefined ? [] : ["database"],
  };
  problems.push(...rules.flatMap((rule) => rule(draft)));

  if (problems.length > 0 || !location || !app || !loadBalancer || !release || !store || !resolvedAdmin) {
    throw new SettingsError(source.stack, problems);
  }
  return {
    settings: {
      stack: source.stack,
      location,
      app,
      release,
      loadBalancer,
      database,
      backup: resolvedBackup?.backup,
      admin: resolvedAdmin,
      protect,
      environmentIsSecret: source.isSecret(`${namespace}:app`),
    },
    secrets: { failoverToken, backupKeys: resolvedBackup?.keys, store },
    warnings: isLocalStack(source.stack) ? [] : warnings.flatMap((rule) => rule(draft)),
  };
}

function parse<Name extends SettingName>(
  name: Name,
  source: SettingsSource,
): { value?: z.output<(typeof schema)[Name]>; problems: Problem[] } {
  const setting = `${namespace}:${name}`;
  const input = fromText(source.config[setting]);
  const result = schema[name].safeParse(input);
  return result.success
    ? { value: result.data as z.output<(typeof schema)[Name]>, problems: [] }
    : { problems: explain(setting, schema[name], input, result.error) };
}

/** Pulumi hands over groups, lists, numbers and flags as JSON, and text as it is. */
function fromText(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
