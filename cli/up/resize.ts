import { UserError } from "../../lib/errors";
import type { ResourceChange } from "../../stack/preview/resources";
import type { Project } from "../../stack/pulumi/project";
import type { ServiceWatch } from "./serviceWatch";

/** A machine that gets another server type, and what is updated together with it. */
export interface Resize {
  readonly machine: string;
  readonly serverType: string;
  /** URNs of its server and, where that changes too, its configuration. */
  readonly targets: readonly string[];
}

/** What a change of server types needs. */
export interface ResizeActions {
  readonly project: Pick<Project, "update">;
  readonly watch: Pick<ServiceWatch, "untilOthersServe" | "untilItServes">;
  /** Makes a load balancer hand the floating IP over, if it has it. */
  readonly handOver: (machine: string) => Promise<void>;
}

/**
 * The machines whose server type changes, in the order in which they are switched off: load balancers first. A
 * machine without a configuration serves no visitors yet, so the update of the whole stack changes it.
 */
export function resizes(changes: readonly ResourceChange[]): readonly Resize[] {
  const updates = changes.filter(({ operation }) => operation === "update");
  const fresh = changes.filter(({ kind, operation }) => kind === "Configuration" && operation === "create");
  return updates
    .filter(({ kind, properties }) => kind === "Server" && properties.includes("serverType"))
    .filter((server) => !fresh.some(({ name }) => name === server.name))
    .map(({ name, urn, after }) => ({
      machine: name,
      serverType: String(after?.inputs?.serverType),
      targets: [
        urn,
        ...updates.filter((one) => one.kind === "Configuration" && one.name === name).map((one) => one.urn),
      ],
    }))
    .sort((a, b) => turn(a.machine) - turn(b.machine));
}

/** Load balancers from the last to the first, like configurations; then the others from the first to the last. */
function turn(machine: string): number {
  const number = Number(/\d+$/.exec(machine)?.[0] ?? 0);
  return machine.startsWith("load-balancer-") ? -number : number;
}

/**
 * Changes server types one machine after the other. Pulumi would power all of them off at once, and continue when the
 * API calls a machine running, which is before it has booted.
 * Here a machine is off only while another one does its work. The next one follows when it serves again. A power-off
 * cuts the requests that an app machine works on; the load balancer repeats those that may be repeated.
 *
 * @throws UserError when a machine does not come back; the machines after it are not changed
 */
export async function resizeInTurn(machines: readonly Resize[], actions: ResizeActions): Promise<void> {
  const { project, watch, handOver } = actions;
  for (const { machine, serverType, targets } of machines) {
    const { machines: all } = await watch.untilOthersServe(machine);
    if (all.find(({ name }) => name === machine)?.probe?.keeper?.master) await handOver(machine);
    console.log(`${machine}: off, ${serverType}, on again`);
    const code = await project.update(targets.flatMap((urn) => ["--target", urn]));
    if (code !== 0) {
      throw new UserError(`${machine} did not get its new type, so the other machines were not touched`, code);
    }
    await watch.untilItServes(machine);
    console.log(`${machine} serves again`);
  }
}
