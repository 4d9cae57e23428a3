import { printable } from "../lib/printable";
import { Command } from "commander";
import { failoverCommand as program } from "../roles/loadBalancer/pair";
import { stackOption } from "./options";
import { lastLines, run } from "../lib/run";
import { UserError } from "../lib/errors";
import { type Route, routesOf } from "../stack/ssh/config";
import { onMachine } from "../stack/ssh/route";
import { type Project, stackState } from "../stack/pulumi/project";
import type { StackState } from "../stack/state";

/** Exit code of the program on a load balancer that is not the active one. */
const NOT_ACTIVE = 3;

/** `holdfast failover`: makes the active load balancer hand the floating IP over, in order. */
export function failoverCommand(): Command {
  return new Command("failover")
    .description("hand the floating IP over to the other load balancer, e.g. before you update or reboot this one")
    .addOption(stackOption())
    .addHelpText(
      "after",
      `\nTo keep a load balancer out of the election: \`sudo ${program} out\` on it, and \`… in\` to take it back.`,
    )
    .action(async ({ stack }: { stack: string }) => {
      const balancers = balancersOf(await stackState(stack));
      if (balancers.length < 2) {
        throw new UserError(
          `stack "${stack}" has ${balancers.length} load balancer, so there is none to hand over to; set holdfast:loadBalancer.machines to 2`,
        );
      }
      console.log(await failOver(stack, balancers));
    });
}

/** Asks each load balancer in turn. The active one hands the floating IP over. */
async function failOver(stack: string, balancers: readonly Route[]): Promise<string> {
  for (const route of balancers) {
    const answer = await handOverFrom(stack, route);
    if (answer !== undefined) return `${route.machine}: ${answer}`;
  }
  throw new UserError(
    `no load balancer of "${stack}" says that it is the active one: \`npx holdfast ssh load-balancer-1 -- sudo ${program} status\` tells more`,
  );
}

/** @returns what the machine answers; undefined if it is not the active one. @throws UserError when it fails */
async function handOverFrom(stack: string, route: Route): Promise<string | undefined> {
  const done = await onMachine(stack, route, ["sudo", program], (command, args) => run(command, args));
  if (done.code === 0) return printable(done.stdout.trim());
  if (done.code === NOT_ACTIVE) return undefined;
  throw new UserError(`${route.machine}: ${lastLines(done)}`);
}

/**
 * Makes a load balancer hand the floating IP over before it is switched off. Nothing happens if it is not the active
 * one of a pair.
 *
 * @throws UserError when it has the address and cannot hand it over
 */
export async function handOver(project: Pick<Project, "stack" | "state">, machine: string): Promise<void> {
  const state = await project.state();
  const balancers = state ? balancersOf(state) : [];
  const route = balancers.find((one) => one.machine === machine);
  if (!route || balancers.length < 2) return;
  const answer = await handOverFrom(project.stack, route);
  if (answer !== undefined) console.log(`${machine}: ${answer}`);
}

function balancersOf(state: StackState): readonly Route[] {
  return routesOf(state).filter(({ machine }) => /^load-balancer-\d+$/.test(machine));
}
