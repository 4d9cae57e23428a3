import * as pulumi from "@pulumi/pulumi";
import { makeBlueprint } from "./blueprint/blueprint";
import { describeProblem, SettingsError } from "./blueprint/problems";
import { readSettings } from "./blueprint/settings";
import { Environment } from "./components/environment";
import { cloud } from "./components/provider";
import { failover, stackSource, stackTarget } from "./components/stackSource";
import { hashOfFolder } from "./machine/archives/folder";

/** One stack: settings → blueprint → environment → outputs. */
async function program() {
  const { settings, secrets, warnings } = readSettings(stackSource());
  await Promise.all(warnings.map((warning) => pulumi.log.warn(describeProblem(warning))));

  const { stack } = settings;
  const target = stackTarget();
  const provider = cloud({ stack, preview: pulumi.runtime.isDryRun(), ...target });
  const blueprint = makeBlueprint(settings);
  const releaseSha256 = await hashOfFolder(settings.release.source);
  const environment = new Environment(
    stack,
    { blueprint, releaseSha256, failover: failover(stack, target, secrets.failoverToken) },
    { provider },
  );
  return { url: environment.url, machines: environment.machines };
}

// Pulumi awaits an exported function.
export = async () => {
  try {
    return await program();
  } catch (error) {
    throw error instanceof SettingsError ? withoutStack(error) : error;
  }
};

/** What a person can put right: told without a stack trace, which Pulumi would also spend 10 s on to shape and drop. */
function withoutStack({ message }: SettingsError): pulumi.RunError {
  return Object.assign(new pulumi.RunError(message), { stack: message });
}
