import { Command } from "commander";
import { table } from "../../lib/terminal/table";
import { NOT_RUNNING } from "../../stack/local/client";
import { type MachineDescription, readStatus, type Status } from "../../stack/local/status";

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

/** The status as people read it. */
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
