import type { z } from "zod";
import { explain } from "./explain";
import { type Problem, SettingsError } from "./problems";
import { resolveAdmin } from "./resolve/admin";
import { resolveBackup } from "./resolve/backup";
import { resolveFailoverToken } from "./resolve/failoverToken";
import { resolveRelease } from "./resolve/release";
import { resolveStore } from "./resolve/store";
import { internetRules, rules, warnings } from "./rules";
import { schema, type SettingName } from "./schema";
import type { Draft, SecretSettings, Settings } from "./settings";
import type { SettingsSource } from "./settingsSource";
import { isProdStack } from "./stacks";
import { backupStorageStore } from "./storageAccess";
import { namespace, unknownSettings } from "./unknownSettings";

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

  const { stack, preview, cloud } = source;
  const draft: Draft = {
    stack,
    preview,
    location,
    app,
    loadBalancer,
    database,
    backup,
    releases,
    admin,
    protect,
    release,
    resolvedAdmin,
    broken: (["database", "backup"] as const).filter(
      (name) => !{ database, backup }[name] && source.config[`${namespace}:${name}`] !== undefined,
    ),
  };
  problems.push(...[...rules, ...(cloud.isRehearsal ? [] : internetRules)].flatMap((rule) => rule(draft)));

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
      releasesInBackupStorage: releases?.store === backupStorageStore,
      admin: resolvedAdmin,
      protect,
      environmentIsSecret: source.isSecret(`${namespace}:app`),
    },
    secrets: { failoverToken, backupKeys: resolvedBackup?.keys, store },
    warnings: cloud.isRehearsal ? [] : warnings.flatMap((rule) => rule(draft)),
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
