import { openLocalStack } from "../../../../drills/frame/localStack";
import { restore } from "../../../../drills/frame/faults";
import {
  activeBalancer,
  holderOfFloatingIp,
  standbyBalancer,
  withoutStack,
  type Stack,
} from "../../../../drills/frame/stack";
import { awaitSteadyState, keeperState } from "../../../../drills/frame/steadyState";
import { until } from "../../../../drills/frame/wait";
import { vrrpPaths } from "../../../../roles/loadBalancer/keepalived.conf";
import type { Clone } from "../../../../drills/frame/clone";
import { UNDER_WAY } from "../underWay";

// `npx holdfast failover`, and holdfast-failover on the machine, between two whole load balancers (docs/failover.md).

/** Shows the exit code as well: the machine's shell is what people have in a bad night. */
const program = (argument = "") => `holdfast-failover ${argument} 2>&1; echo "exit code $?"`;

/** Tests on a running stack with two load balancers. */
export function handOversByHand(clone: Clone): void {
  let stack: Stack;

  beforeAll(async () => {
    stack = await openLocalStack(clone.name);
  });

  beforeEach(() => awaitSteadyState(stack, 60), 90_000);

  /** What visitors see while this is done. */
  async function visited(work: () => Promise<void>) {
    const over = new AbortController();
    const visitors = stack.visit({ rate: 200, duration: 120, timeout: 3 }, over.signal);
    try {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      await work();
      await new Promise((resolve) => setTimeout(resolve, 2000));
    } finally {
      over.abort();
    }
    return visitors;
  }

  test("the command line hands the address over in order, from whichever has it, and nobody waits", async () => {
    for (let round = 0; round < 2; round++) {
      const [active, standby] = [await activeBalancer(stack), await standbyBalancer(stack)];
      const seen = await visited(async () => {
        const { code, stdout, stderr } = await clone.holdfast(["failover"]);
        expect({ code, stderr }).toMatchObject({ code: 0 });
        expect(stdout).toContain(`${withoutStack(stack, active)}: the other load balancer has the floating IP`);
      });
      expect(seen.failed).toBeLessThanOrEqual(UNDER_WAY);
      expect(seen.longestGap).toBeLessThan(1);
      expect(await holderOfFloatingIp(stack)).toBe(standby.id);
      await awaitSteadyState(stack, 60);
    }
  }, 240_000);

  test("the standby says that it is not the one, and nothing changes", async () => {
    const active = await activeBalancer(stack);
    const said = await stack.inside(await standbyBalancer(stack), program());
    expect(said).toContain("this machine is not the active load balancer: run this on the other one");
    expect(said).toContain("exit code 3");
    expect(await holderOfFloatingIp(stack)).toBe(active.id);
  }, 60_000);

  test("the peer is not fit: refused by both ways, and nothing changes", async () => {
    const [active, standby] = [await activeBalancer(stack), await standbyBalancer(stack)];
    await stack.inside(standby, "systemctl stop haproxy.service");
    try {
      await until("the standby is unfit", 15, async () => (await keeperState(stack, standby))?.fit === false);
      const seen = await visited(async () => {
        for (const argument of ["", "out"]) {
          const said = await stack.inside(active, program(argument));
          expect(said).toContain("no other load balancer is fit to take over");
          expect(said).toContain("exit code 1");
        }
        const { code, stderr } = await clone.holdfast(["failover"]);
        expect(code).toBe(1);
        expect(stderr).toContain("no other load balancer is fit to take over");
      });
      expect(seen).toMatchObject({ failed: 0 });
      expect(await holderOfFloatingIp(stack)).toBe(active.id);
      expect(await keeperState(stack, active)).toMatchObject({ master: true, fit: true });
      await stack.inside(active, `test ! -e ${vrrpPaths.maintenance}`);
    } finally {
      await stack.inside(standby, "systemctl start haproxy.service");
    }
  }, 120_000);

  test("killed half-way, it leaves the machine in the election", async () => {
    const [active, standby] = [await activeBalancer(stack), await standbyBalancer(stack)];
    // The peer cannot take over any more, and its floating IP keeper has not noticed: the hand-over waits for it in vain.
    await stack.inside(standby, "systemctl kill --signal=STOP keepalived.service");
    try {
      const begin = "systemd-run --quiet --unit=under-way holdfast-failover out";
      await stack.inside(active, begin);
      await until("it has left the election", 10, async () => (await keeperState(stack, active))?.fit === false);
      await stack.inside(active, "systemctl kill --signal=KILL under-way.service");
      await until("it is in the election", 10, async () => (await keeperState(stack, active))?.fit === true);
      await stack.inside(active, `test ! -e ${vrrpPaths.maintenance}`);
    } finally {
      await stack.inside(standby, "systemctl kill --signal=CONT keepalived.service");
    }
  }, 120_000);

  test("out keeps a machine out over its reboot, under visitors; in takes it back", async () => {
    const [active, standby] = [await activeBalancer(stack), await standbyBalancer(stack)];
    const seen = await visited(async () => {
      expect(await stack.inside(active, program("out"))).toContain("exit code 0");
      expect(await holderOfFloatingIp(stack)).toBe(standby.id);
      const { initPid } = active;
      await stack.inside(active, "systemctl --no-block reboot");
      await until("it has booted again and its floating IP keeper answers", 90, async () => {
        const now = (await stack.machines()).find(({ id }) => id === active.id);
        return now?.initPid !== initPid && now?.running === true && (await keeperState(stack, now)) !== undefined;
      });
    });
    expect(seen.failed).toBeLessThanOrEqual(UNDER_WAY);
    expect(seen.longestGap).toBeLessThan(1);
    const rebooted = (await stack.machines()).find(({ id }) => id === active.id) ?? active;
    // HAProxy and the instances are well by then; only the file keeps it out.
    await stack.inside(
      rebooted,
      "for n in $(seq 50); do curl -fsS -o /dev/null http://127.0.0.1:8404/ready && exit; sleep 0.2; done; exit 1",
    );
    expect(await keeperState(stack, rebooted)).toMatchObject({ master: false, fit: false });
    const refused = await stack.inside(await activeBalancer(stack), program());
    expect(refused).toContain("no other load balancer is fit to take over");
    expect(await stack.inside(rebooted, program("in"))).toContain("this machine takes part in the election");
    await until("it is fit", 20, async () => (await keeperState(stack, rebooted))?.fit === true);
    await awaitSteadyState(stack, 60);
    expect((await clone.holdfast(["failover"])).code).toBe(0);
    expect(await holderOfFloatingIp(stack)).toBe(active.id);
    await restore(stack);
  }, 300_000);
}
