import { UserError } from "../../lib/errors";
import type { ResourceChange } from "../../stack/preview/resources";
import type { Project } from "../../stack/pulumi/project";
import type { ServiceWatch } from "./serviceWatch";

/** A machine that gets another server type, and what has to be updated together with it. */
export interface Resize {
  readonly machine: string;
  readonly serverType: string;
  /** URNs of its server and, where that changes too, its configuration. */
  readonly targets: readonly string[];
}

/** What makes room for machines that are off, and sees that they are back. */
export interface ResizeActions {
  readonly project: Pick<Project, "update">;
  readonly watch: Pick<ServiceWatch, "untilOthersServe" | "untilItServes">;
  /** Has the active load balancer hand the floating IP over. */
  readonly handOver: (machine: string) => Promise<void>;
}

/**
 * The machines whose server type changes, in the order in which they may be off: load balancers first. One that was never
 * configured serves nobody, so its turn is the whole update's.
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

/** Load balancers from the last to the first, as with configurations, then the others from the first to the last. */
function turn(machine: string): number {
  const number = Number(/\d+$/.exec(machine)?.[0] ?? 0);
  return machine.startsWith("load-balancer-") ? -number : number;
}

/**
 * Changes server types one machine after the other. Pulumi would power all of them off at once, and go on as soon as the
 * API calls a machine running, which is before it has booted. Here a machine goes off only while another one does its
 * work, and the next one's turn comes when it serves again. Requests that an app machine works on when it is powered off
 * are cut; those that may be repeated are, by the load balancer.
 *
 * @throws UserError when a machine does not come back; those after it keep what they have
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
