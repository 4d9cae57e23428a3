import { Firewall } from "@pulumi/hcloud/firewall";
import * as pulumi from "@pulumi/pulumi";
import type { Blueprint } from "../blueprint/blueprint";
import type { FirewallRule } from "../blueprint/firewallRules";

export interface FirewallsArgs {
  readonly blueprint: Blueprint;
}

/** Hetzner's firewalls, which filter the public side before packets reach a machine: one for each set of roles. */
export class Firewalls extends pulumi.ComponentResource {
  /** Firewall name in the blueprint → id. */
  readonly ids: Readonly<Record<string, pulumi.Output<number>>>;

  constructor(name: string, { blueprint }: FirewallsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("holdfast:index:Firewalls", name, {}, opts);

    this.ids = Object.fromEntries(
      Object.entries(blueprint.firewalls).map(([kind, { labels, rules }]) => {
        const firewall = new Firewall(
          `${name}-${kind}`,
          {
            name: `${blueprint.stack}-${kind}`,
            labels,
            // No rule at all means that nothing is let in, which is right for machines that only fetch packages.
            rules: rules.map(rule),
          },
          { parent: this },
        );
        return [kind, firewall.id.apply(Number)];
      }),
    );
    this.registerOutputs({ ids: this.ids });
  }
}

function rule({ protocol, ports, from, purpose }: FirewallRule) {
  return {
    direction: "in",
    protocol,
    ...(ports && { port: ports[0] === ports[1] ? String(ports[0]) : `${ports[0]}-${ports[1]}` }),
    sourceIps: [...from],
    description: purpose,
  };
}
