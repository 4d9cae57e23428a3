import { type ParsedSettings, writtenGroup } from "./parseSettings";
import { type Problem, SettingsError } from "./problems";
import { parseReference } from "./releaseReference";
import { resolveAdmin } from "./resolve/admin";
import { resolveBackup } from "./resolve/backup";
import { resolveFailoverToken } from "./resolve/failoverToken";
import { resolveHttps } from "./resolve/https";
import { resolveMonitor } from "./resolve/monitor";
import { resolveRelease } from "./resolve/release";
import { resolveStore } from "./resolve/store";
import { internetRules, rules, warnings } from "./rules";
import type { Draft } from "./rules/rule";
import { sectionNames } from "./sections";
import type { PlainSettings, SecretSettings, Settings } from "./settings";
import { isProdStack } from "./stacks";
import { backupStorageStore } from "./storageAccess";
import { namespace, unknownSettings } from "./unknownSettings";

/**
 * Resolves the sections of a stack and checks that they fit together.
 *
 * @throws SettingsError with everything that is wrong, not just the first.
 */
export function readSettings(parsed: ParsedSettings): {
  settings: Settings;
  secrets: SecretSettings;
  warnings: readonly Problem[];
} {
  const { source } = parsed;
  const { stack, preview, cloud, today = new Date().toISOString().slice(0, 10) } = source;
  const problems: Problem[] = [
    ...unknownSettings(Object.keys(source.config)),
    ...Object.values(parsed.problems).flat(),
  ];
  const note = <T>(result: { value?: T; problems: readonly Problem[] }): T | undefined => {
    problems.push(...result.problems);
    return result.value;
  };

  const { admin, backup, failoverToken, https, monitor, releases, ...plain } = parsed.sections;
  const loadBalancers = plain.loadBalancer?.machines ?? 0;
  const resolvedToken = note(resolveFailoverToken(failoverToken, { loadBalancers }, source));
  const resolvedBackup = backup && note(resolveBackup(backup, plain.location, source));
  const resolvedMonitor = monitor && note(resolveMonitor(monitor, source));
  const store = releases && note(resolveStore(releases, parsed));
  const resolvedHttps = https && resolveHttps(https, source);
  problems.push(...(resolvedHttps?.problems ?? []));
  const written = plain.app && store ? plain.app.release : folderInSpiteOf(parsed);
  const release = written === undefined ? undefined : note(resolveRelease(written, parsed));
  const resolvedAdmin = admin && note(resolveAdmin(admin, source));

  const broken = sectionNames.filter((name) => (parsed.problems[name] ?? []).length > 0);
  const draft: Draft = {
    ...parsed.sections,
    stack,
    preview,
    today,
    resolvedAdmin,
    monitor: resolvedMonitor?.monitor,
    broken,
  };
  problems.push(...[...rules, ...(cloud.isRehearsal ? [] : internetRules)].flatMap((rule) => rule(draft)));

  if (problems.length > 0 || !release || !store || !resolvedAdmin) throw new SettingsError(stack, problems);
  return {
    settings: {
      // No section has a problem, so each is there that has to be.
      ...(plain as PlainSettings),
      stack,
      release,
      ...(resolvedHttps?.value && { https: resolvedHttps.value.https }),
      backup: resolvedBackup?.backup,
      monitor: resolvedMonitor?.monitor,
      releasesInBackupStorage: releases?.store === backupStorageStore,
      admin: resolvedAdmin,
      protect: plain.protect ?? isProdStack(stack),
      environmentIsSecret: source.isSecret(`${namespace}:app`),
    },
    secrets: {
      failoverToken: resolvedToken,
      backupKeys: resolvedBackup?.keys,
      backupToken: resolvedBackup?.token,
      https: resolvedHttps?.value?.secrets,
      monitor: resolvedMonitor?.secrets,
      store,
    },
    warnings: [
      ...(resolvedHttps?.warnings ?? []),
      ...(cloud.isRehearsal ? [] : warnings.flatMap((rule) => rule(draft))),
    ],
  };
}

/** The release's folder where its section or the store has another mistake: what is wrong with it is told as well. */
function folderInSpiteOf({ source }: ParsedSettings): string | undefined {
  const { release } = writtenGroup(source, "app");
  return typeof release === "string" && release !== "" && parseReference(release).value?.kind === "folder"
    ? release
    : undefined;
}
