import * as pulumi from "@pulumi/pulumi";
import { makeBlueprint } from "./blueprint/blueprint";
import { describeProblem, SettingsError } from "./blueprint/problems";
import { readSettings } from "./blueprint/settings";
import { Environment } from "./components/environment";
import { cloud } from "./components/provider";
import { stackSource, stackTarget } from "./components/stackSource";
import { hashOfFolder } from "./machine/archives/folder";

/** One stack: settings → blueprint → environment → outputs. */
async function program() {
  const { settings, warnings } = readSettings(stackSource());
  await Promise.all(warnings.map((warning) => pulumi.log.warn(describeProblem(warning))));

  const provider = cloud({ stack: settings.stack, preview: pulumi.runtime.isDryRun(), ...stackTarget() });
  const blueprint = makeBlueprint(settings);
  const releaseSha256 = await hashOfFolder(settings.release.source);
  const environment = new Environment(settings.stack, { blueprint, releaseSha256 }, { provider });
  return { url: environment.url, machines: environment.machines };
}

// Pulumi awaits an exported function. What a person can put right is told without a stack trace.
export = async () => {
  try {
    return await program();
  } catch (error) {
    throw error instanceof SettingsError ? new pulumi.RunError(error.message) : error;
  }
};
