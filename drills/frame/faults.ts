import { cutPower } from "../../local/machines/powerCut";
import { isAlive } from "../../local/machines/processes";
import { failoverCommand } from "../../roles/loadBalancer/pair";
import type { Stack, StackInstance, StackMachine } from "./stack";
import { activeBalancer } from "./stack";
import { until } from "./wait";

/** nftables table of all cuts: one name, so that healing needs to know nothing. */
const table = "inet drill";

/** What a cut drops; the rest of the machine's traffic goes on. */
const matches = {
  everything: ["meta l4proto != 255", "meta l4proto != 255"],
  // The private network of every stack.
  "private network": ["ip saddr 10.0.0.0/8", "ip daddr 10.0.0.0/8"],
  vrrp: ["ip protocol 112", "ip protocol 112"],
  // To a Storage Box.
  SFTP: ["tcp sport 23", "tcp dport 23"],
} as const;

/** Drops packets in both directions, silently, as a broken path does. It begins at once for open connections too. */
export async function cut(stack: Stack, machine: StackMachine, what: keyof typeof matches): Promise<void> {
  const [incoming, outgoing] = matches[what];
  const rules = [
    `add table ${table}`,
    `add chain ${table} in { type filter hook prerouting priority -350; }`,
    `add rule ${table} in iifname != lo ${incoming} drop`,
    `add chain ${table} out { type filter hook postrouting priority 350; }`,
    `add rule ${table} out oifname != lo ${outgoing} drop`,
  ];
  await stack.inNetworkOf(machine, ["nft", "-f", "-"], `${rules.join("\n")}\n`);
}

/** Ends the cuts of all machines. */
export async function heal(stack: Stack): Promise<void> {
  for (const machine of await stack.machines()) {
    if (machine.initPid === undefined) continue;
    const tables = await stack.inNetworkOf(machine, ["nft", "list", "tables"]);
    if (tables.split("\n").includes(`table ${table}`))
      await stack.inNetworkOf(machine, ["nft", "delete", "table", "inet", "drill"]);
  }
}

/**
 * The machine loses power: at once it sends nothing more, and its processes and all unflushed data are gone. Without the
 * cut of its network, this computer's kernel would close the dead machine's connections properly.
 */
export async function losePower(stack: Stack, machine: StackMachine): Promise<void> {
  await cut(stack, machine, "everything");
  const { initPid } = machine;
  if (initPid === undefined) return;
  await cutPower(initPid, async () => {
    process.kill(initPid, "SIGKILL");
    await until(`machine ${machine.name} is gone`, 10, () => Promise.resolve(!isAlive(initPid)), 0.01);
  });
}

/** Switches on what is off, heals what is cut, forgets API faults: the clean-up of most drills. */
export async function restore(stack: Stack): Promise<void> {
  await stack.api("DELETE", "/_local/faults");
  await until("the API knows which machines are off", 60, async () => {
    const off = (await stack.status()).machines.filter(({ running }) => !running);
    return off.every(({ status }) => status === "off") || off.map(({ name, status }) => `${name} ${status}`).join(", ");
  });
  // Not earlier: a machine that has just lost its power has no network to heal.
  await heal(stack);
  for (const { id, status } of (await stack.status()).machines)
    if (status === "off")
      await stack.api("POST", `/v1/servers/${id}/actions/poweron`).catch((error: unknown) => {
        // Another run switches it on at the same time, e.g. one that Ctrl-C interrupted.
        if (!String(error).includes('"locked"')) throw error;
      });
}

/** A signal to the instance's own process. */
export async function signalInstance(
  stack: Stack,
  { machine, unit }: StackInstance,
  signal: "KILL" | "STOP",
): Promise<void> {
  await stack.inside(machine, `systemctl kill --kill-whom=main --signal=${signal} ${unit}`);
}

/** Hands the floating IP to the other load balancer, as people do it; returns the seconds until that has confirmed it. */
export async function switchOver(stack: Stack): Promise<number> {
  const active = await activeBalancer(stack);
  const begun = performance.now();
  await stack.inside(active, failoverCommand);
  return (performance.now() - begun) / 1000;
}
