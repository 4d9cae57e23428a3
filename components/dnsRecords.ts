import { ZoneRrset } from "@pulumi/hcloud/zoneRrset";
import * as pulumi from "@pulumi/pulumi";
import type { Blueprint } from "../blueprint/blueprint";
import { nameInZone } from "../blueprint/zones";
import { resourceLabels } from "./labels";

export interface DnsRecordsArgs {
  readonly blueprint: Blueprint;
  readonly zone: string;
  readonly hosts: readonly string[];
  /** Where visitors go. */
  readonly address: pulumi.Input<string>;
}

/** Seconds, the least that Hetzner takes: what was wrong is forgotten soon. */
const ttl = 60;

/** The DNS records that lead visitors to the stack. The zone itself is a person's: it has other records as well. */
export class DnsRecords extends pulumi.ComponentResource {
  constructor(
    name: string,
    { blueprint, zone, hosts, address }: DnsRecordsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("holdfast:index:DnsRecords", name, {}, opts);
    const labels = resourceLabels(blueprint, "loadBalancer");
    for (const host of hosts) {
      // A zone has one set of a name and type, so the old one goes first.
      const place = { zone, name: nameInZone(host, zone) };
      const once = { parent: this, deleteBeforeReplace: true };
      new ZoneRrset(`${host}-ipv4`, { ...place, type: "A", ttl, labels, records: [{ value: address }] }, once);
    }
    this.registerOutputs({});
  }
}
