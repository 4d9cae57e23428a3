import { UserError } from "../errors";
import type { ResourceChange } from "../previewComment/resources";
import type { Project } from "../stack/project";

/** A machine that gets another server type, and what has to be updated together with it. */
export interface Resize {
  readonly machine: string;
  readonly serverType: string;
  /** URNs of its server and, where that changes too, its configuration. */
  readonly targets: readonly string[];
}

/**
 * The machines whose server type changes, in the order in which they may be off: the load balancer that waits before the
 * one that serves, as with configurations.
 */
export function resizes(changes: readonly ResourceChange[]): readonly Resize[] {
  const updates = changes.filter(({ operation }) => operation === "update");
  return updates
    .filter(({ kind, properties }) => kind === "Server" && properties.includes("serverType"))
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

/** Load balancers from the last to the first, then the others from the first to the last. */
function turn(machine: string): number {
  const number = Number(/\d+$/.exec(machine)?.[0] ?? 0);
  return machine.startsWith("load-balancer") ? -number : number;
}

/**
 * Changes server types one machine after the other. Pulumi would power all of them off at once; here each one has booted
 * with its new type and is configured, and with that healthy, before the next one goes. Requests that a machine works on
 * when it is powered off are cut.
 *
 * @throws UserError when a machine does not come back; those after it keep what they have
 */
export async function resizeInTurn(project: Pick<Project, "show">, machines: readonly Resize[]): Promise<void> {
  for (const { machine, serverType, targets } of machines) {
    console.log(`${machine}: off, ${serverType}, on again`);
    const flags = targets.flatMap((urn) => ["--target", urn]);
    const code = await project.show(["up", "--yes", "--skip-preview", "--suppress-outputs", ...flags]);
    if (code !== 0) {
      throw new UserError(`${machine} is not well with its new type, so the machines after it were let be`, code);
    }
  }
}
