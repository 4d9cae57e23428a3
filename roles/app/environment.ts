import type { Instance, MachinePlan } from "../../blueprint/blueprint";
import type { Settings } from "../../blueprint/settings";
import { heading, lines } from "../text";

/** What all instances of a machine get. */
export function environment({ app, release }: Settings, { name }: MachinePlan): string {
  const variables = { ...app.environment, MACHINE: name, RELEASE: release.manifest.version };
  return lines(heading(), Object.entries(variables).sort(byName).map(assignment));
}

/** What tells an instance from its neighbours. */
export function instanceEnvironment({ number, port }: Instance): string {
  return lines(heading(), `PORT=${port}`, `INSTANCE=${number}`);
}

/** Quoted as systemd.exec(5) reads environment files: inside double quotes only these four need a backslash. */
function assignment([name, value]: readonly [string, string]): string {
  return `${name}="${value.replace(/["\\`$]/g, "\\$&")}"`;
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}
