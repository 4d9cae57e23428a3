import { execFile } from "node:child_process";
import { createNspawnDriver, type NspawnDriver } from "../local/machines/nspawnDriver";
import { enterCommand } from "../local/machines/enter";
import type { MachineSpec } from "../local/driver";
import { visitorNamespace } from "../local/network/names";

/** How a command ended; its output is standard output and standard error together. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** Opens a local cloud of machines without an API; the metadata service answers with the server's id and the path. */
export function openDriver(name: string): Promise<NspawnDriver> {
  return createNspawnDriver({
    name,
    log: () => undefined,
    metadata: (serverId, path) => ({ status: 200, contentType: "text/plain", body: `${serverId} ${path}` }),
  });
}

/** Runs a command and waits; never longer than `seconds`. Not synchronous: the local cloud's services run here too. */
export function execute(command: readonly string[], seconds = 30): Promise<Outcome> {
  const [file = "", ...args] = command;
  return new Promise((resolve) => {
    execFile(file, args, { timeout: seconds * 1000, encoding: "utf8" }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ code, output: `${stdout}${stderr}`.trim() });
    });
  });
}

/** Runs a shell command in a machine, as root. */
export async function onMachine(driver: NspawnDriver, id: number, script: string, seconds = 30): Promise<Outcome> {
  const { initPid } = await driver.inspect(id);
  if (initPid === undefined) throw new Error(`machine ${id} does not run`);
  return execute([...enterCommand(initPid), "sh", "-c", script], seconds);
}

/** Waits until a machine has booted; tells what systemd then says of it: `running`, or `degraded` with failed units. */
export async function bootedState(driver: NspawnDriver, id: number): Promise<string> {
  // Asked too early, there is no bus yet that could answer.
  const script = 'until s=$(systemctl is-system-running --wait 2>/dev/null); [ -n "$s" ]; do :; done; echo "$s"';
  return (await onMachine(driver, id, script, 60)).output;
}

/** Runs a command where visitors are. */
export function asVisitor(cloud: string, ...command: string[]): Promise<Outcome> {
  return execute(["ip", "netns", "exec", visitorNamespace(cloud), ...command]);
}

/** A machine's specification with what most tests do not care about. */
export function machine(driver: NspawnDriver, id: number, details: Partial<MachineSpec> = {}): MachineSpec {
  const network = driver.addresses.primaryIpv6(id);
  return {
    id,
    name: `machine-${id}`,
    image: "debian-13",
    cores: 2,
    memory: 1,
    userData: `#cloud-config\nwrite_files: [{ path: /root/from-user-data, content: "${id}" }]\n`,
    sshKeys: [],
    location: "nbg1",
    publicIpv6: { network, address: network.replace("::/64", "::1") },
    privateNetworks: [],
    firewall: null,
    ...details,
  };
}
