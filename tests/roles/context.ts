import { makeBlueprint, type MachinePlan } from "../../blueprint/blueprint";
import type { Settings } from "../../blueprint/settings";
import { configurationOf } from "../../roles/configuration";
import type { RoleContext } from "../../roles/types";
import { rehearsal } from "../blueprint/source";

/** What a role sees on one machine of a stack; the local one unless told otherwise. */
export function contextOf(machineName: string, settings: Settings = rehearsal()): RoleContext {
  const blueprint = makeBlueprint(settings);
  const machine = blueprint.machines.find(({ name }) => name === machineName) as MachinePlan;
  return { blueprint, machine, releaseSha256: "0".repeat(64) };
}

/** Everything that a machine gets, with the paths of this checkout taken out. */
export function configured(machineName: string, settings?: Settings) {
  return configurationOf(contextOf(machineName, settings));
}

/** One rendered file of a machine. */
export function fileOf(machineName: string, path: string, settings?: Settings): string {
  const file = configured(machineName, settings).files[path];
  if (!file)
    throw new Error(
      `${machineName} gets no ${path}: it gets ${Object.keys(configured(machineName, settings).files).join(", ")}`,
    );
  return file.content;
}
