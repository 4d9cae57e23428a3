import { Command } from "commander";
import { failoverCommand as program } from "../roles/loadBalancer/pair";
import { localCloudName } from "../local/paths";
import { lastLines, run } from "../toolchain/run";
import { UserError } from "./errors";
import { type Way, waysOf } from "./ssh/config";
import { onMachine, stackState } from "./ssh/way";

/** What the program on the machine answers with when the other load balancer is the active one. */
const NOT_ACTIVE = 3;

/** `holdfast failover`: the active load balancer hands the floating IP over, in order. */
export function failoverCommand(): Command {
  return new Command("failover")
    .description("hand the floating IP to the other load balancer, in order: before updating or rebooting this one")
    .option("--stack <name>", "another stack than the local one")
    .addHelpText(
      "after",
      `\nTo keep a load balancer out of the election: \`sudo ${program} out\` on it, and \`… in\` to take it back.`,
    )
    .action(async (options: { stack?: string }) => {
      const stack = options.stack ?? localCloudName();
      const balancers = waysOf(await stackState(stack)).filter(({ machine }) => /^load-balancer-\d+$/.test(machine));
      if (balancers.length < 2) {
        throw new UserError(
          `stack "${stack}" has ${balancers.length} load balancer: nobody to hand over to; set holdfast:loadBalancer.machines to 2`,
        );
      }
      console.log(await handOver(stack, balancers));
    });
}

/** Asks one after the other; the active one does it. */
async function handOver(stack: string, balancers: readonly Way[]): Promise<string> {
  for (const way of balancers) {
    const done = await onMachine(stack, way, ["sudo", program], (command, args) => run(command, args));
    if (done.code === 0) return `${way.machine}: ${done.stdout.trim()}`;
    if (done.code !== NOT_ACTIVE) throw new UserError(`${way.machine}: ${lastLines(done)}`);
  }
  throw new UserError(
    `no load balancer of "${stack}" says that it is the active one: \`npx holdfast ssh load-balancer-1 -- sudo ${program} status\` tells more`,
  );
}
