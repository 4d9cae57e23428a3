import * as pulumi from "@pulumi/pulumi";
import type { ConfigurationInputs } from "./inputs";

/** The same shape, in which each value may be a Pulumi output. */
type Later<T> = T extends string | number | boolean | undefined
  ? pulumi.Input<T>
  : pulumi.Input<{ [K in keyof T]: Later<T[K]> }>;

/**
 * The inputs in machine/inputs.ts. Secrets (`pulumi.secret(…)`, at any depth) stay secret in state, previews and
 * logs.
 */
export type ConfigurationArgs = { readonly [K in keyof ConfigurationInputs]: Later<ConfigurationInputs[K]> };

/**
 * All that Holdfast puts on one machine, applied over SSH as a whole or not at all. Deleting it changes nothing on
 * the machine; another `serverId` replaces it.
 */
export class Configuration extends pulumi.CustomResource {
  /** Name of the machine. */
  declare public readonly machine: pulumi.Output<string>;
  declare public readonly serverId: pulumi.Output<string>;
  /** Host keys of the first contact: of the machine under `machine`, of jump hosts under their server id. */
  declare public readonly hostKeys: pulumi.Output<Readonly<Record<string, string>>>;

  /** Path of an archive → time of its files, in seconds since 1970; absent on a machine without archives. */
  declare public readonly archiveTimes: pulumi.Output<Readonly<Record<string, number>> | undefined>;

  constructor(name: string, args: ConfigurationArgs, opts?: pulumi.CustomResourceOptions) {
    super("holdfast:machine:Configuration", name, { ...args, hostKeys: undefined, archiveTimes: undefined }, opts);
  }
}
