import { flag } from "../common";
import type { Property } from "../properties";

/** Who may reach a Storage Box, and how: by name, e.g. `sshEnabled`; what is left out is off. */
export type Access = Readonly<Record<string, boolean | undefined>>;

/** The access settings of a box or a subaccount, which differ in a few names. */
export function accessSettings(names: readonly string[]) {
  const all = <T>(value: (name: string) => T) => Object.fromEntries(names.map((name) => [name, value(name)]));
  const property: Property = { kind: "object", default: all(() => false), fields: all(() => flag) };
  return {
    property,
    toApi: (access: Access = {}) => Object.fromEntries(names.map((name) => [apiName(name), access[name] ?? false])),
    toState: (access: Readonly<Record<string, boolean>>) => all((name) => access[apiName(name)]),
  };
}

/** e.g. `ssh_enabled` for `sshEnabled` */
function apiName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
