import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Instance, machinesWith } from "../../blueprint/blueprint";
import type { Settings } from "../../blueprint/settings";
import type { UnitInput } from "../../provider/machine/inputs";
import { healthQuestion } from "../health";
import type { RoleConfiguration, RoleContext, RoleFile } from "../types";
import { agent, agentPaths } from "./agent";
import { appUnit } from "./app.service";
import { commandFile } from "./command";
import { databaseFiles } from "./database";
import { environment, instanceEnvironment } from "./environment";
import { migration, migrationPlace, migrations } from "./migrate.service";
import { appPaths } from "./paths";

export { appPaths } from "./paths";

/** Unpacked releases that stay on a machine: going back to one of them takes no upload. */
const keptReleases = 5;

/**
 * The app: its release, and one unit for each instance. Units are brought to their state in order: each is drained, started
 * anew, watched, and back in rotation before the next is touched, so a new release goes through the machine instance by
 * instance.
 */
export function app({ blueprint, machine, releaseSha256 }: RoleContext): RoleConfiguration {
  const { settings } = blueprint;
  const { manifest, source } = settings.release;
  const instances = blueprint.instances.filter((instance) => instance.machine === machine.name);
  const watched = agent({
    privateAddress: machine.privateAddress,
    instances,
    health: healthQuestion(settings),
    startTimeout: settings.app.startTimeout,
    drainTimeout: settings.app.drainTimeout,
    debugPort: manifest.debug?.port,
    loadBalancers: machinesWith(blueprint, "loadBalancer"),
  });
  const place = migrationPlace(blueprint, machine);
  const migrating = place === "here" ? migration(settings) : {};
  const told = place ? migrations(settings) : {};
  return {
    packages: ["curl", ...(watched.packages ?? []), ...(told.packages ?? []), ...manifest.packages],
    archives: {
      [appPaths.release]: {
        source,
        sha256: releaseSha256,
        label: `${manifest.name} ${manifest.version}`,
        keep: keptReleases,
      },
    },
    files: {
      ...watched.files,
      ...told.files,
      ...migrating.files,
      ...debugStart(settings),
      [appPaths.unit]: { content: appUnit(settings, instances) },
      [appPaths.start]: commandFile("start", manifest.start),
      [appPaths.stop]: { content: readFileSync(join(__dirname, "stop.py"), "utf8"), mode: "0755" },
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
      // Before the instances, which are drained by it.
      ...(watched.units ?? []),
      ...(migrating.units ?? []),
      ...instances.map((instance) => unit(instance, settings)),
    ],
  };
}

function unit({ number }: Instance, settings: Settings): UnitInput {
  return {
    name: `app@${number}.service`,
    restartOn: [
      appPaths.release,
      appPaths.unit,
      appPaths.start,
      appPaths.environment,
      appPaths.instance(number),
      ...databaseFiles(settings),
    ],
    healthy: `${agentPaths.health} ${number}`,
    timeout: settings.app.startTimeout,
    healthyFor: settings.app.settleTime,
    beforeStop: `${agentPaths.rotation} out ${number}`,
    afterHealthy: `${agentPaths.rotation} in ${number}`,
  };
}

function debugStart({ release }: Settings): Record<string, RoleFile> {
  const { debug } = release.manifest;
  return debug ? { [appPaths.debug]: commandFile("debug.start", debug.start) } : {};
}
