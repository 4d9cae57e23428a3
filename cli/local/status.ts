import { Command } from "commander";
import { localCloudName } from "../../local/paths";
import { readState } from "../../stack/state";
import { table } from "../../lib/terminal/table";
import { cloudStatus, findDaemon, NOT_RUNNING } from "../../stack/local/client";
import { describeMachine, guessUrl, type MachineDescription } from "../../stack/local/describe";

/** Everything that `local status --json` prints. */
export interface Status {
  readonly name: string;
  readonly running: boolean;
  readonly url: string | null;
  readonly endpoint: string | null;
  readonly machines: readonly MachineDescription[];
  readonly floatingIps: readonly { readonly name: string; readonly address: string; readonly machine: string | null }[];
  readonly storageBoxes: readonly StorageBoxDescription[];
}

export interface StorageBoxDescription {
  readonly name: string;
  /** Account and host, as SFTP takes them. */
  readonly login: string;
  readonly state: string;
  readonly addresses: readonly string[];
}

export function statusCommand(): Command {
  return new Command("status")
    .description("show what runs: URL, machines, addresses")
    .option("--json", "for programs")
    .addHelpText("after", `\nExit code: 0 when the local cloud runs, ${NOT_RUNNING} when it does not.`)
    .action(async (options: { json?: boolean }) => {
      const status = await readStatus();
      console.log(options.json ? JSON.stringify(status, null, 2) : statusText(status));
      if (!status.running) process.exitCode = NOT_RUNNING;
    });
}

/** Asks the running local cloud; one that does not run has no machines, though there may be some left over. */
export async function readStatus(name = localCloudName()): Promise<Status> {
  const daemon = await findDaemon(name);
  if (!daemon) {
    return { name, running: false, url: null, endpoint: null, machines: [], floatingIps: [], storageBoxes: [] };
  }
  const status = await cloudStatus(daemon);
  const output = readState(name)?.outputs.url;
  return {
    name,
    running: true,
    url: typeof output === "string" ? output : guessUrl(status),
    endpoint: daemon.endpoint,
    machines: status.machines.map(describeMachine),
    floatingIps: status.floatingIps.map((ip) => ({
      name: ip.name,
      address: ip.ip,
      machine: ip.server?.name ?? null,
    })),
    storageBoxes: status.storageBoxes.map((box) => ({
      name: box.name,
      login: `${box.username}@${box.host}`,
      state: box.status === "active" && !box.running ? "died" : box.status,
      addresses: [box.addresses.ipv4, box.addresses.ipv6],
    })),
  };
}

/** The same for people. */
export function statusText(status: Status): string {
  if (!status.running) return `The local cloud "${status.name}" is not running: start it with \`make local\`.`;
  return [
    `URL       ${status.url ?? "none yet: no `pulumi up` has made a stack"}`,
    `API       ${status.endpoint}`,
    ...status.floatingIps.map((ip) => `Floating  ${ip.address} (${ip.name}) on ${ip.machine ?? "no machine"}`),
    ...status.storageBoxes.map((box) => `Storage   ${box.login} (${box.name}) ${box.state}`),
    "",
    machinesTable(status.machines),
  ].join("\n");
}

export function machinesTable(machines: readonly MachineDescription[]): string {
  if (machines.length === 0) return "No machines.";
  return table(
    ["MACHINE", "ROLES", "STATE", "PRIVATE", "PUBLIC IPV4", "PUBLIC IPV6", "INIT PID"],
    machines.map((machine) => [
      machine.name,
      machine.roles.join(", "),
      machine.state,
      machine.privateAddress ?? "-",
      machine.publicIpv4 ?? "-",
      machine.publicIpv6 ?? "-",
      machine.initPid?.toString() ?? "-",
    ]),
  );
}
