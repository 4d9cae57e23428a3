import { holderOfFloatingIp, instancesOf, machinesWithRole, type Stack, type StackMachine } from "./stack";
import { until } from "./wait";

/**
 * What has to hold before a fault and after its clean-up, or the run says nothing: all machines run, HAProxy sends to
 * all instances, a pair has one owner with whom the API agrees, and visitors are served.
 */
export async function awaitSteadyState(stack: Stack, limit: number): Promise<void> {
  await until("the stack's steady state", limit, async () => (await disturbance(stack)) ?? true, 0.5);
  const { failed, failures } = await stack.visit({ rate: 50, duration: 1, timeout: 3 });
  if (failed > 0) throw new Error(`${failed} of 50 requests failed in what looked steady: ${JSON.stringify(failures)}`);
}

/** The first thing that is not as it should be; undefined when all is well. */
async function disturbance(stack: Stack): Promise<string | undefined> {
  const machines = await stack.machines();
  const down = machines.filter(({ running, initPid }) => !running || initPid === undefined);
  if (down.length > 0) return `not running: ${down.map(({ name }) => name).join(", ")}`;
  const balancers = await machinesWithRole(stack, "loadBalancer");
  if (balancers.length > 1) {
    const states = await Promise.all(balancers.map((balancer) => keeperState(stack, balancer)));
    const unfit = balancers.filter((_, index) => !states[index]?.fit);
    if (unfit.length > 0) return `unfit to be master: ${unfit.map(({ name }) => name).join(", ")}`;
    const masters = balancers.filter((_, index) => states[index]?.master);
    const [master] = masters;
    if (!master || masters.length !== 1) return `${masters.length} masters`;
    if (master.id !== (await holderOfFloatingIp(stack))) return "the floating IP is not on the master";
    // A master that does not know that it has the address asks the API for ever.
    if (!states[balancers.indexOf(master)]?.held) return `${master.name} does not know that it has the floating IP`;
  }
  const expected = (await instancesOf(stack)).length;
  for (const balancer of balancers) {
    const up = await serversUp(stack, balancer.id);
    if (up < expected) return `${balancer.name} sends to ${up} of ${expected} instances`;
  }
  return undefined;
}

/** A keeper's /state, as far as drills read it. */
export interface KeeperState {
  /** keepalived's word. */
  readonly master: boolean;
  /** Whether it may become master. */
  readonly fit: boolean;
  /** The API's word: the floating IP is here. */
  readonly held: boolean;
}

/** What the keeper of a load balancer says of itself; undefined while it says nothing. */
export async function keeperState(stack: Stack, balancer: StackMachine): Promise<KeeperState | undefined> {
  const command = ["curl", "-s", "-m", "1", `http://${balancer.privateAddress}:8405/state`];
  const answer = await stack.inNetworkOf(balancer, command).catch(() => "");
  return answer === "" ? undefined : (JSON.parse(answer) as KeeperState);
}

/** How many instances HAProxy on that machine has in rotation. */
export async function serversUp(stack: Stack, balancerId: number): Promise<number> {
  const balancer = (await stack.machines()).find(({ id }) => id === balancerId);
  if (!balancer) return 0;
  const csv = await stack.inNetworkOf(balancer, ["curl", "-s", "-m", "1", "http://127.0.0.1:8404/;csv"]);
  return csv
    .split("\n")
    .filter(
      (line) => line.startsWith("safe,") && !line.startsWith("safe,BACKEND") && / ?UP/.test(line.split(",")[17] ?? ""),
    ).length;
}
