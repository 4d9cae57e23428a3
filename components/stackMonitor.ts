import * as pulumi from "@pulumi/pulumi";
import type { MonitorPlan } from "../blueprint/blueprint";
import type { Monitor, MonitorSecrets } from "../blueprint/resolve/monitor";
import { Configuration } from "../provider/machine/configuration";
import { monitorPaths } from "../roles/monitor/paths";
import { monitor, secretNames } from "../roles/monitor/monitor";
import { siteFile } from "../roles/monitor/prometheus.yml";
import { encrypted, type JumpHost, type LeaseArgs, Machine, type SharedResources } from "./machine";

export interface StackMonitorArgs extends SharedResources {
  readonly plan: MonitorPlan;
  readonly settings: Monitor;
  /** Absent in previews. */
  readonly secrets?: MonitorSecrets;
  readonly jumpHosts: readonly JumpHost[];
  readonly lease: LeaseArgs;
  /** The machines of the stack; one of them has the monitor, where it has none of its own. */
  readonly machines: readonly Machine[];
  /** Where visitors go. */
  readonly url: pulumi.Input<string>;
}

/**
 * Who watches the stack. On a machine of its own or as a guest, it is a configuration beside the machine's: it moves by
 * being withdrawn from the old machine.
 */
export class StackMonitor extends pulumi.ComponentResource {
  /** The machine that is there for the monitor; none where it is a guest. */
  readonly machines: readonly Machine[];

  constructor(
    private readonly name: string,
    private readonly args: StackMonitorArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("holdfast:index:StackMonitor", name, {}, opts);
    const { blueprint, plan } = args;
    this.machines = plan.apart
      ? blueprint.machines
          .filter((machine) => machine.name === plan.machine)
          .map((machine) => new Machine(machine.name, { ...args, machine }, { parent: this }))
      : [];
    this.registerOutputs({});
  }

  /** @param after the configurations of all machines: it watches what is there */
  configure(after: readonly pulumi.Resource[]): void {
    const { blueprint, jumpHosts, lease, machines, plan, secrets = {}, settings, url } = this.args;
    const holder = [...this.machines, ...machines].find((machine) => machine.plan.name === plan.machine);
    if (!holder) throw new Error(`the monitor's machine ${plan.machine} is not there`);
    // A guest on the way in is reached straight.
    const via = holder.plan.floatingIp ? [] : jumpHosts;
    const own = this.machines.map((machine) => machine.configure({ via, lease, after }));
    const { packages = [], files = {}, units = [], checks = [] } = monitor(blueprint, settings);
    new Configuration(
      this.name,
      {
        machine: holder.plan.name,
        part: "monitor",
        withdraw: true,
        moving: "the monitor begins a new history on the other machine",
        serverId: holder.server.id,
        connection: holder.connection(via),
        lease,
        packages: [...packages],
        files: {
          ...Object.fromEntries(Object.entries(files).map(([path, file]) => [path, encrypted(file)])),
          [monitorPaths.site]: { content: pulumi.output(url).apply((address) => siteFile(address, settings.probe)) },
          ...Object.fromEntries(
            secretNames(settings).map((name) => [
              `${monitorPaths.secrets}/${name}`,
              { content: pulumi.secret(secrets[name] ?? ""), mode: "0600" },
            ]),
          ),
        },
        units: [...units],
        checks: [...checks],
      },
      { parent: this, dependsOn: [...after, ...own], deletedWith: holder.server },
    );
  }
}
