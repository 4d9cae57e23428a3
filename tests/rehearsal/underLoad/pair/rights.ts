import { openLocalStack } from "../../../../drills/frame/localStack";
import {
  activeBalancer,
  holderOfFloatingIp,
  standbyBalancer,
  type Stack,
  type StackMachine,
} from "../../../../drills/frame/stack";
import { awaitSteadyState } from "../../../../drills/frame/steadyState";
import { ports } from "../../../../blueprint/ports";
import { keeperPaths, keeperUnit, keeperUser } from "../../../../roles/loadBalancer/floatingIpKeeper/floatingIpKeeper";
import { vrrpPaths } from "../../../../roles/loadBalancer/keepalived.conf";
import type { Clone } from "../../../../drills/frame/clone";

/** Connects as a user, and says what came of it: `open`, or the error. */
const connect = `import os, socket, sys
os.setgroups([]); os.setgid(int(sys.argv[1])); os.setuid(int(sys.argv[1]))
try:
    socket.create_connection((sys.argv[2], int(sys.argv[3])), 2).close()
    print("open")
except OSError as error:
    print(type(error).__name__)
`;

/** What the services of a load balancer and the app may do, tried on a running pair. */
export function rightsOfServices(clone: Clone): void {
  let stack: Stack;

  beforeAll(async () => {
    stack = await openLocalStack(clone.name);
    await awaitSteadyState(stack, 60);
  }, 90_000);

  /** Whether a user of the machine gets a connection; `user` as the shell of the machine understands it. */
  async function reaches(machine: StackMachine, user: string, address: string, port: number): Promise<boolean> {
    const said = await stack.inside(machine, `python3 -c '${connect}' ${user} ${address} ${port}`);
    return said.trim() === "open";
  }

  async function appMachine(): Promise<StackMachine> {
    const found = (await stack.machines()).find(({ name }) => name.endsWith("app-1"));
    if (!found) throw new Error("the stack has no app-1");
    return found;
  }

  test("twenty reloads of keepalived on both machines: no request fails, and the address stays", async () => {
    const [active, standby] = [await activeBalancer(stack), await standbyBalancer(stack)];
    // Also the VRRP process, which keepalived starts anew when the kernel has killed it.
    const processes = () =>
      Promise.all([active, standby].map((machine) => stack.inside(machine, "pidof keepalived | tr ' ' '\\n' | sort")));
    const before = await processes();
    const over = new AbortController();
    const visitors = stack.visit({ rate: 100, duration: 120, timeout: 3 }, over.signal);
    for (let round = 0; round < 20; round++) {
      for (const machine of [active, standby]) await stack.inside(machine, "systemctl reload keepalived.service");
      await new Promise((resolve) => setTimeout(resolve, 1_500));
    }
    // The kernel took up to three seconds.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    over.abort();
    expect(await visitors).toMatchObject({ failed: 0 });
    expect(await holderOfFloatingIp(stack)).toBe(active.id);
    expect(await processes()).toEqual(before);
  }, 180_000);

  test("keepalived runs before others, and nothing limits for how long", async () => {
    const active = await activeBalancer(stack);
    const look = `for pid in $(pidof keepalived); do chrt --pid $pid; grep 'realtime timeout' /proc/$pid/limits; done`;
    const said = await stack.inside(active, look);
    expect(said.match(/SCHED_RR/g)).toHaveLength(2);
    expect(said.match(/unlimited +unlimited/g)).toHaveLength(2);
  });

  test("the floating IP keeper is not root, reads no file of root's and cannot replace what root writes", async () => {
    const active = await activeBalancer(stack);
    const as = (command: string) =>
      stack.inside(
        active,
        `setpriv --reuid ${keeperUser.id} --regid ${keeperUser.name} --clear-groups ${command} 2>&1 || true`,
      );
    const running = `stat --format=%U /proc/$(systemctl show --value --property=MainPID ${keeperUnit})`;
    expect((await stack.inside(active, running)).trim()).toBe(keeperUser.name);
    expect(await as(`cat ${keeperPaths.token}`)).toContain("Permission denied");
    expect(await as(`ln -sf /etc/passwd ${vrrpPaths.folder}/link`)).toContain("Permission denied");
    expect(await as(`rm -f ${vrrpPaths.fifo}`)).toContain("Permission denied");
  });

  test("the FIFO comes back when somebody removes it, and the address stays", async () => {
    const active = await activeBalancer(stack);
    await stack.inside(active, `rm ${vrrpPaths.fifo} && systemctl reload keepalived.service`);
    await awaitSteadyState(stack, 30);
    expect(await holderOfFloatingIp(stack)).toBe(active.id);
    expect(await stack.inside(active, `stat --format='%F %U %G %a' ${vrrpPaths.fifo}`)).toContain("fifo root");
  }, 60_000);

  test("HAProxy's user reaches instances, agents and the other load balancer's peer, and nothing else", async () => {
    const [active, standby] = [await activeBalancer(stack), await standbyBalancer(stack)];
    const app = await appMachine();
    const endpoint = await stack.inside(
      active,
      `python3 -c 'import json; print(json.load(open("${keeperPaths.configuration}"))["endpoint"])'`,
    );
    const { hostname, port } = new URL(endpoint.trim());
    const api = Number(port || 443);
    const may = (user: string, address: string, to: number) => reaches(active, user, address, to);
    const haproxy = "$(id -u haproxy)";
    expect({
      instance: await may(haproxy, app.privateAddress, 8001),
      agent: await may(haproxy, app.privateAddress, ports.agent + 1),
      peer: await may(haproxy, standby.privateAddress, ports.peers),
      api: await may(haproxy, hostname, api),
      keeper: await may(haproxy, standby.privateAddress, ports.floatingIpKeeper),
      ssh: await may(haproxy, app.privateAddress, ports.ssh),
    }).toEqual({ instance: true, agent: true, peer: true, api: false, keeper: false, ssh: false });
    expect(await may(String(keeperUser.id), hostname, api)).toBe(true);
    expect(await may("$(id -u nobody)", hostname, api)).toBe(false);
  }, 60_000);

  test("the app's user reaches the database, and no other port of the private network", async () => {
    const app = await appMachine();
    const user = "$(stat --format=%u /proc/$(systemctl show --value --property=MainPID app@1.service))";
    const active = await activeBalancer(stack);
    const database = (await stack.machines()).find(({ name }) => name.endsWith("database-1"));
    const closed = [
      [database?.privateAddress ?? "", ports.ssh],
      [active.privateAddress, ports.status],
    ] as const;
    expect(await reaches(app, user, database?.privateAddress ?? "", ports.database)).toBe(true);
    for (const [address, port] of closed) {
      expect(await reaches(app, user, address, port)).toBe(false);
      // Root gets through: the rule is the app's, and the other machine's firewall is open.
      expect(await reaches(app, "0", address, port)).toBe(true);
    }
    expect(await reaches(app, "0", active.privateAddress, ports.ssh)).toBe(false);
  }, 60_000);
}
