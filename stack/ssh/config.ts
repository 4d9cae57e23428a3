import { acceptedKeys } from "../../provider/machine/apply/acceptedKeys";
import type { ConfigurationInputs } from "../../provider/machine/inputs";
import type { ListedKey } from "../../provider/ssh/keyText";
import type { StackState } from "../state";

/** The SSH route to one machine, as its configuration used it. */
export interface Route {
  readonly machine: string;
  readonly serverId: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly jumps: readonly Jump[];
  /** Host key in OpenSSH's form; absent before the first contact. */
  readonly hostKey?: string;
  /** Keys that the stack's machines accept, by their configurations. @default unknown */
  readonly accepted?: readonly ListedKey[];
}

/** A jump host. */
export interface Jump {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly hostKey?: string;
}

const CONFIGURATION = "holdfast:machine:Configuration";

interface Address {
  readonly host: string;
  readonly port?: number;
  readonly user: string;
  readonly serverId?: string;
}

interface Outputs {
  readonly machine: string;
  readonly serverId: string;
  readonly connection: Address & { readonly via?: readonly Address[] };
  readonly hostKeys?: Readonly<Record<string, string>>;
  readonly files?: ConfigurationInputs["files"];
}

/**
 * The routes to all machines of a stack, by its state, with the host keys that were pinned at the first contact.
 * Several configurations of one machine have the same route.
 */
export function routesOf(state: StackState): Route[] {
  const configurations = state.resources
    .filter(({ type, outputs }) => type === CONFIGURATION && outputs?.connection !== undefined)
    .map(({ outputs }) => outputs as unknown as Outputs);
  const ownKeys = new Map(configurations.map(({ serverId, hostKeys }) => [serverId, hostKeys?.machine]));
  const accepted = configurations.flatMap(acceptedKeys);
  const routes = configurations.map(({ machine, serverId, connection, hostKeys = {} }) => ({
    machine,
    serverId,
    ...address(connection),
    hostKey: hostKeys.machine,
    ...(accepted.length > 0 && { accepted }),
    jumps: (connection.via ?? []).map((jump) => ({
      ...address(jump),
      hostKey: hostKeys[jump.serverId ?? `${jump.host}:${jump.port ?? 22}`] ?? ownKeys.get(jump.serverId ?? ""),
    })),
  }));
  return routes.filter(({ machine }, index) => routes.findIndex((route) => route.machine === machine) === index);
}

function address({ host, port = 22, user }: Address): { host: string; port: number; user: string } {
  return { host, port, user };
}

/** Files for OpenSSH: its configuration (`ssh -F config MACHINE`) and the host keys. */
export interface SshFiles {
  readonly config: string;
  readonly knownHosts: string;
}

/** Paths for OpenSSH. */
export interface SshPaths {
  readonly knownHosts: string;
  /** The only keys that it offers: private ones, or public ones of the agent. @default what it offers by itself */
  readonly identities: readonly string[];
}

/**
 * Renders the files. Host keys have aliases, since an address of a private network is another machine in each stack.
 *
 * @param jump undefined: a direct connection
 */
export function sshFiles(route: Route, jump: Jump | undefined, paths: SshPaths): SshFiles {
  const hosts = [
    { alias: route.machine, target: route, through: jump && "jump" },
    ...(jump ? [{ alias: "jump", target: jump, through: undefined }] : []),
  ];
  return {
    config: hosts.map(({ alias, target, through }) => hostBlock(alias, target, through, paths)).join("\n"),
    knownHosts: hosts.map(({ alias, target }) => (target.hostKey ? `${alias} ${target.hostKey}\n` : "")).join(""),
  };
}

function hostBlock(alias: string, target: Jump, through: string | undefined, paths: SshPaths): string {
  return [
    `Host ${alias}`,
    `HostName ${target.host}`,
    `Port ${target.port}`,
    `User ${target.user}`,
    `HostKeyAlias ${alias}`,
    `UserKnownHostsFile "${paths.knownHosts}"`,
    // A machine without a configuration has no pinned key. OpenSSH then asks the person.
    `StrictHostKeyChecking ${target.hostKey ? "yes" : "ask"}`,
    ...paths.identities.map((path) => `IdentityFile "${path}"`),
    ...(paths.identities.length > 0 ? ["IdentitiesOnly yes"] : []),
    ...(through ? [`ProxyJump ${through}`] : []),
    "ConnectTimeout 10",
  ]
    .map((line, index) => (index === 0 ? line : `  ${line}`))
    .join("\n")
    .concat("\n");
}
