import * as pulumi from "@pulumi/pulumi";
import { makeBlueprint } from "./blueprint/blueprint";
import { parseSettings } from "./blueprint/parseSettings";
import { describeProblem, SettingsError } from "./blueprint/problems";
import type { StorePlace } from "./blueprint/resolve/store";
import { readSettings } from "./blueprint/readSettings";
import type { SecretSettings, Settings } from "./blueprint/settings";
import { isLocalStack } from "./blueprint/stacks";
import { Environment } from "./components/environment";
import { requireBoxInProject } from "./components/backupProject";
import { requireFreeNames } from "./components/dnsZone";
import { cloud, secondCloud } from "./components/provider";
import { stackSource, stackTarget } from "./components/stackSource";
import { stepsOfUpdate, stepsOutput } from "./components/rotations";
import { withStorageAccess } from "./components/storageAccess";
import { usedToken } from "./components/tokenFingerprint";
import { hashOfArchive } from "./provider/machine/archives/source";
import { unresolvedWarning } from "./release/unresolved";
import { keepCopy, withRelease } from "./release/program";
import { bucketProtection } from "./release/store/bucketProtection";

/** One stack: settings → blueprint → environment → outputs. */
async function program() {
  const source = stackSource();
  const { settings, secrets, warnings } = readSettings(
    await withRelease(await withStorageAccess(parseSettings(source))),
  );
  await Promise.all(warnings.map((warning) => pulumi.log.warn(describeProblem(warning))));
  if (settings.release.isUnresolved) await pulumi.log.warn(unresolvedWarning(settings.app.release));

  const { stack } = settings;
  const target = stackTarget(source.cloud);
  const { endpoint, token, machineEndpoint, resolveHost } = target;
  const preview = pulumi.runtime.isDryRun();
  const steps = await stepsOfUpdate();
  const provider = cloud({ stack, preview, endpoint, token });
  const { backupToken } = secrets;
  // Before anything is made that the update would leave behind.
  if (!preview) await requireBoxInProject(settings, { ...target, storageToken: backupToken });
  if (!preview) await requireFreeNames(settings, { endpoint, token: secrets.https?.dnsToken ?? token });
  const isStandIn = source.secretsAreStandIns ?? false;
  const second = (name: string, setting: string, secret: string | undefined, protect: boolean) =>
    secret === undefined
      ? undefined
      : secondCloud(name, { stack, endpoint, token: secret, setting, isStandIn, protect });
  const backupProvider = second("hcloud-backup", "holdfast:backup.token", backupToken, settings.protect);
  const dnsProvider = second("hcloud-dns", "holdfast:https.dns.token", secrets.https?.dnsToken, false);
  if (!preview) await warnOfBucket(settings, secrets.backupKeys);
  const blueprint = makeBlueprint(settings);
  const releaseSha256 = await hashOfArchive(settings.release.source);
  if (!preview) await keepRelease(settings, releaseSha256, secrets.store);
  const environment = new Environment(
    stack,
    {
      blueprint,
      releaseSha256,
      failover: { endpoint: machineEndpoint, token: secrets.failoverToken ?? (target.hasOneToken ? token : undefined) },
      backupKeys: secrets.backupKeys,
      httpsSecrets: secrets.https,
      monitorSecrets: secrets.monitor,
      backupProvider,
      dnsProvider,
      steps,
      resolveHost,
    },
    { provider },
  );
  const { url, dns, machines, backupKey, releaseStore } = environment;
  if (!preview) dns?.apply((names) => sayNames(names, settings));
  return {
    url,
    ...(dns && { dns }),
    machines,
    tokenFingerprint: usedToken(stack, target),
    ...(Object.keys(steps).length > 0 && { [stepsOutput]: steps }),
    ...(backupKey && { backupKey }),
    ...(releaseStore && { releaseStore }),
  };
}

/** Says what is left for a person to do: the update does not wait for it, and http is served until then. */
function sayNames(dns: Readonly<Record<string, string>>, { https }: Settings): void {
  if (https?.dns) return;
  const behind = https?.behind ? " through what stands in front" : "";
  const records = https?.behind ? "there, its origin" : "an A record, and no AAAA record";
  for (const [host, address] of Object.entries(dns)) {
    void pulumi.log.info(`https: ${host} has to lead to ${address}${behind} (${records})`);
  }
}

/** Says what lets backups in a bucket be deleted. In a rehearsal this computer does not see the machines' servers. */
async function warnOfBucket({ stack, backup }: Settings, keys: SecretSettings["backupKeys"]): Promise<void> {
  if (!backup?.s3 || !keys || isLocalStack(stack)) return;
  try {
    for (const { what, fix } of await bucketProtection(backup.s3, keys, backup.retentionDays)) {
      await pulumi.log.warn(`${what}. Fix: ${fix}`);
    }
  } catch (error) {
    await pulumi.log.warn(`whether the bucket keeps what is deleted is not known: ${(error as Error).message}`);
  }
}

/** Keeps a copy of the release for a later rollback. Without it the update goes on, with a warning. */
async function keepRelease({ release, app }: Settings, sha256: string, place: StorePlace): Promise<void> {
  try {
    await keepCopy(release, { written: app.release, sha256, place });
  } catch (error) {
    await pulumi.log.warn(`No copy of ${app.release} is kept, so there is no way back to it: ${String(error)}`);
  }
}

// Pulumi awaits an exported function.
export = async () => {
  try {
    return await program();
  } catch (error) {
    throw error instanceof SettingsError ? withoutStack(error) : error;
  }
};

/** A person's mistake needs no stack trace, and Pulumi would spend 10 s on formatting it. */
function withoutStack({ message }: SettingsError): pulumi.RunError {
  return Object.assign(new pulumi.RunError(message), { stack: message });
}
