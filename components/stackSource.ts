import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import * as pulumi from "@pulumi/pulumi";
import * as runtimeConfig from "@pulumi/pulumi/runtime/config";
import { cloudRules, type CloudRules, type CloudTarget } from "../blueprint/cloudTarget";
import { type SettingsSource, standInSecrets } from "../blueprint/settingsSource";
import type { Issuer } from "../blueprint/issuer";
import { officialEndpoint } from "../blueprint/target";
import { rehearsedHost } from "./rehearsedHost";
import { readVariable } from "../lib/environmentVariables";

/** Where Pulumi keeps what a person wrote about the stack that this run is of. */
export function stackSource(): SettingsSource {
  const stack = pulumi.getStack();
  return {
    stack,
    config: pulumi.runtime.allConfig(),
    isSecret,
    secretsAreStandIns:
      readVariable("HOLDFAST_SECRETS") === standInSecrets.HOLDFAST_SECRETS && pulumi.runtime.isDryRun(),
    preview: pulumi.runtime.isDryRun(),
    folder: process.cwd(),
    home: homedir(),
    // Each stack in a local cloud has a key of its own; the environment that Pulumi runs in names it.
    cloud: cloudRules(stack, readVariable("HOLDFAST_SSH_KEY_FILE"), localIssuer()),
    readText,
  };
}

/** The cloud that this run works on: the stack's configuration first, then the environment, as hcloud's own tools do. */
export function stackTarget(rules: CloudRules, environment = process.env): CloudTarget {
  const config = pulumi.runtime.allConfig();
  const target = {
    endpoint: config["hcloud:endpoint"] ?? environment.HCLOUD_ENDPOINT ?? officialEndpoint,
    token: config["hcloud:token"] ?? environment.HCLOUD_TOKEN,
  };
  if (!rules.isRehearsal) return { ...rules, ...target, machineEndpoint: target.endpoint };
  // A local cloud is on this computer's loopback, which machines do not have: its environment says how they reach it.
  const machineEndpoint = readVariable("HOLDFAST_MACHINE_ENDPOINT", environment) ?? target.endpoint;
  return { ...rules, ...target, machineEndpoint, resolveHost: (name) => rehearsedHost(name, target) };
}

/** The authority of the local cloud whose environment this program runs in. */
function localIssuer(): Issuer | undefined {
  const described = readVariable("HOLDFAST_ACME");
  return described === undefined ? undefined : (JSON.parse(described) as Issuer);
}

/** The SDK has it, but not in its types; `pulumi.Config` itself cannot tell a secret from a plain value. */
const { isConfigSecret: isSecret } = runtimeConfig as unknown as { isConfigSecret: SettingsSource["isSecret"] };

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
