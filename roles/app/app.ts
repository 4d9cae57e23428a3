import type { Instance } from "../../blueprint/blueprint";
import type { UnitInput } from "../../machine/inputs";
import type { RoleConfiguration, RoleContext } from "../types";
import { healthPath } from "../healthPath";
import { agent } from "./agent";
import { environment, instanceEnvironment } from "./environment";
import { startScript } from "./start";
import { appUnit } from "./app.service";

/** Where things of the app are on its machine. */
export const appPaths = {
  release: "/opt/app/release",
  environment: "/etc/holdfast/app/environment",
  instance: (number: number) => `/etc/holdfast/app/${number}.env`,
  start: "/etc/holdfast/app/start",
  unit: "/etc/systemd/system/app@.service",
} as const;

/**
 * The app: its release, and one unit for each instance. Units are brought to their state in order and each has to answer
 * before the next is touched, so a new release goes through the machine instance by instance.
 */
export function app({ blueprint, machine, releaseSha256 }: RoleContext): RoleConfiguration {
  const { settings } = blueprint;
  const { release } = settings;
  const instances = blueprint.instances.filter((instance) => instance.machine === machine.name);
  const health = healthPath(settings);
  const { privateAddress } = machine;
  const watched = agent({ privateAddress, instances, health, startTimeout: settings.app.startTimeout });
  return {
    packages: ["curl", ...(watched.packages ?? []), ...release.manifest.packages],
    archives: { [appPaths.release]: { source: release.source, sha256: releaseSha256 } },
    files: {
      ...watched.files,
      [appPaths.unit]: { content: appUnit(settings, instances) },
      [appPaths.start]: { content: startScript(release.manifest), mode: "0755", validate: "sh -n %s" },
      // Root's alone: systemd reads it before it gives up its rights, the instance's own user cannot.
      [appPaths.environment]: {
        content: environment(settings, machine),
        mode: "0600",
        secret: settings.environmentIsSecret,
      },
      ...Object.fromEntries(
        instances.map((instance) => [appPaths.instance(instance.number), { content: instanceEnvironment(instance) }]),
      ),
    },
    units: [
      ...instances.map((instance) => unit(instance, health, settings.app.startTimeout)),
      // After the instances: its watchdog has nothing to say about those that are being started.
      ...(watched.units ?? []),
    ],
  };
}

function unit({ number, port }: Instance, health: string, timeout: number): UnitInput {
  return {
    name: `app@${number}.service`,
    restartOn: [appPaths.release, appPaths.unit, appPaths.start, appPaths.environment, appPaths.instance(number)],
    healthy: `curl -fsS -o /dev/null --max-time 2 http://127.0.0.1:${port}${health}`,
    timeout,
  };
}
