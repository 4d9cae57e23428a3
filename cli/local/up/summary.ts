import { settingsFile } from "../../../stack/checkout";
import type { Status } from "../../../stack/local/status";
import { machinesTable } from "../status";

/** The text at the end of `make local`: where the app is, what runs, what to try next. */
export function summary(status: Status): string {
  const app = status.machines.find(({ roles }) => roles.includes("app"))?.name ?? "MACHINE";
  const prefix = status.name === "local" ? "" : `HOLDFAST_LOCAL=${status.name} `;
  const { name: settings } = settingsFile(status.name);
  const commands: [string, string][] = [
    [`${prefix}npx holdfast local internet -- curl -fsS ${status.url}`, "the page, as a visitor gets it"],
    [`${prefix}npx holdfast local status`, "this table again"],
    [`${prefix}npx holdfast local exec ${app} -- systemctl status`, "a command inside a machine"],
    [`${prefix}npx holdfast ssh ${app}`, "a shell on a machine, as in the cloud"],
    [`eval "$(${prefix}npx holdfast local env)"; pulumi preview --diff`, `Pulumi by hand; first change ${settings}`],
    [`${prefix}make down`, "takes everything away"],
  ];
  const width = Math.max(...commands.map(([command]) => command.length));
  return [
    "",
    `The stack runs: ${status.url}`,
    "",
    machinesTable(status.machines),
    "",
    "What to try next:",
    ...commands.map(([command, what]) => `  ${command.padEnd(width)}  # ${what}`),
  ].join("\n");
}
