import { existsSync, readFileSync } from "node:fs";
import { delimiter } from "node:path";
import { type DaemonInfo, localPaths } from "../local/paths";
import { pulumiHome } from "../toolchain/plugins";
import type { Pulumi } from "../toolchain/pulumi";
import { quote } from "../lib/text";

/** Passphrase of local stacks. It protects nothing; real stacks have their own. */
export const LOCAL_PASSPHRASE = "local";

/**
 * Environment for `pulumi` on a stack in the local cloud. PATH belongs before the caller's own.
 *
 * @param stack @default the one of the cloud's own name
 */
export function localEnvironment(pulumi: Pulumi, daemon: DaemonInfo, stack = daemon.name): Record<string, string> {
  const paths = localPaths(daemon.name);
  return {
    PATH: pulumi.folder,
    ...commonEnvironment(daemon.plugins),
    PULUMI_BACKEND_URL: `file://${paths.pulumi}`,
    PULUMI_CONFIG_PASSPHRASE: LOCAL_PASSPHRASE,
    // Unlike `pulumi stack select`, this does not change the stack for other clouds of this checkout.
    PULUMI_STACK: stack,
    HCLOUD_ENDPOINT: daemon.endpoint,
    // Storage Boxes have a base URL of their own, at Hetzner. A program without the first would ask the real one.
    HETZNER_ENDPOINT: daemon.endpoint,
    HCLOUD_TOKEN: daemon.token,
    ...(daemon.machineEndpoint && { HOLDFAST_MACHINE_ENDPOINT: daemon.machineEndpoint }),
    ...(existsSync(paths.acmeIssuer) && { HOLDFAST_ACME: readFileSync(paths.acmeIssuer, "utf8").trim() }),
    HOLDFAST_LOCAL: daemon.name,
    HOLDFAST_SSH_KEY_FILE: paths.adminKeyOf(stack),
  };
}

/** Environment for every run of Pulumi: no needless network access, and the stand-ins if they are in use. */
export function commonEnvironment(standIns: Readonly<Record<string, number>> | undefined): Record<string, string> {
  return {
    PULUMI_HOME: pulumiHome(),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Plugins are installed or served already. A search over the network would cost seconds with every command.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    ...(standIns && { PULUMI_DEBUG_PROVIDERS: debugProviders(standIns) }),
  };
}

/** e.g. `hcloud:40001,random:40002` */
function debugProviders(ports: Readonly<Record<string, number>>): string {
  return Object.entries(ports)
    .map(([plugin, port]) => `${plugin}:${port}`)
    .join(",");
}

/** This process's environment with the given one over it. */
export function mergedEnvironment(environment: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const path = [environment.PATH, process.env.PATH].filter(Boolean).join(delimiter);
  return { ...process.env, ...environment, PATH: path };
}

/** Lines for `eval` in a POSIX shell. */
export function exportLines(environment: Readonly<Record<string, string>>): string {
  return Object.entries(environment)
    .map(([key, value]) => `export ${key}=${quote(value)}${key === "PATH" ? ':"$PATH"' : ""}`)
    .join("\n");
}
