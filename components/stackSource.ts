import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import * as pulumi from "@pulumi/pulumi";
import * as runtimeConfig from "@pulumi/pulumi/runtime/config";
import { type SettingsSource, standInSecrets } from "../blueprint/settingsSource";
import { isLocalStack } from "../blueprint/stacks";
import { officialEndpoint, type Target } from "../blueprint/target";
import { localPaths } from "../local/paths";
import type { Failover } from "./loadBalancerPair";

/** Where Pulumi keeps what a person wrote about the stack that this run is of. */
export function stackSource(): SettingsSource {
  return {
    stack: pulumi.getStack(),
    config: pulumi.runtime.allConfig(),
    isSecret,
    secretsAreStandIns: process.env.HOLDFAST_SECRETS === standInSecrets.HOLDFAST_SECRETS && pulumi.runtime.isDryRun(),
    preview: pulumi.runtime.isDryRun(),
    folder: process.cwd(),
    home: homedir(),
    // Each stack in a local cloud has a key of its own; the environment that Pulumi runs in names it.
    localAdminKey: `${process.env.HOLDFAST_SSH_KEY_FILE ?? localPaths().adminKey}.pub`,
    readText,
  };
}

/** The cloud that this run works on: the stack's configuration first, then the environment, as hcloud's own tools do. */
export function stackTarget(environment = process.env): Target {
  const config = pulumi.runtime.allConfig();
  return {
    endpoint: config["hcloud:endpoint"] ?? environment.HCLOUD_ENDPOINT ?? officialEndpoint,
    token: config["hcloud:token"] ?? environment.HCLOUD_TOKEN,
  };
}

/**
 * How load balancers reach the API, and with which token. A local cloud is on the computer's loopback, which machines do
 * not have: it says itself how they reach it. It also has one token for everybody.
 */
export function failover(stack: string, target: Target, token?: string, environment = process.env): Failover {
  return isLocalStack(stack)
    ? { endpoint: environment.HOLDFAST_MACHINE_ENDPOINT ?? target.endpoint, token: token ?? target.token }
    : { endpoint: target.endpoint, token };
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
