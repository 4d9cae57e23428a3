import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { readVariable } from "../lib/environmentVariables";

/** Whether this process may create namespaces and mounts. */
export const isRoot = process.getuid?.() === 0;

/** The name of the local cloud that commands of this process mean. @default "local" */
export function localCloudName(): string {
  return readVariable("HOLDFAST_LOCAL") ?? "local";
}

/**
 * The local cloud that a local stack lives in: the one of its own name, else the one that commands of this process mean.
 * Several stacks may share a local cloud, as they could share a project at Hetzner.
 */
export function cloudOf(stack: string): string {
  return existsSync(stateDir(stack)) ? stack : localCloudName();
}

/**
 * Everything that one local cloud remembers: its API's store, machine disks, volumes, admin key, Pulumi state.
 * Removed by `make down`. Root only (0700).
 *
 * @default /var/lib/holdfast/NAME for root, ~/.local/state/holdfast/NAME for others (who can only preview)
 */
function stateDir(name = localCloudName()): string {
  const base =
    readVariable("HOLDFAST_STATE") ?? (isRoot ? "/var/lib/holdfast" : join(homedir(), ".local/state/holdfast"));
  return join(base, name);
}

/** Files of one local cloud. */
export function localPaths(name = localCloudName()) {
  const state = stateDir(name);
  return {
    state,
    /** Write-ahead log and snapshot of the API's store. */
    store: join(state, "api"),
    /** One folder per machine, named by server id. */
    machines: join(state, "machines"),
    volumes: join(state, "volumes"),
    /** Pulumi's file backend. */
    pulumi: join(state, "pulumi"),
    /** The admin's key pair: `admin` (0600) and `admin.pub`. */
    adminKey: join(state, "admin"),
    /** The same for another stack in this cloud: a project takes each key once. */
    adminKeyOf: (stack: string) => join(state, stack === name ? "admin" : `admin-${stack}`),
    /** File for clients of the running daemon: pid, ports, token (0600). */
    daemon: join(state, "daemon.json"),
    daemonLog: join(state, "daemon.log"),
    /** The authority for certificates: its key, what describes it for stacks, what visitors trust. */
    acme: join(state, "acme"),
    /** How stacks find it (`HOLDFAST_ACME`). Absent: this cloud has none. */
    acmeIssuer: join(state, "acme", "issuer.json"),
    /** PEM of all that visitors trust, the local authority's roots among it. */
    trusted: join(state, "acme", "trusted.pem"),
    /** Names of hosts → addresses, which machines and visitors ask for: what a person would set at a registrar. */
    hostNames: join(state, "names.json"),
  };
}

/** What `daemon.json` holds while the local cloud runs. */
export interface DaemonInfo {
  readonly name: string;
  readonly pid: number;
  /** e.g. `http://127.0.0.1:7411/v1` */
  readonly endpoint: string;
  /** The same API as machines reach it; absent where there are no machines. */
  readonly machineEndpoint?: string;
  /** 64 characters that say that they belong to a local cloud. */
  readonly token: string;
  /** The same of a second project, for `holdfast:backup.token`. */
  readonly backupToken: string;
  /** For PULUMI_DEBUG_PROVIDERS; absent where the official plugins are used. */
  readonly plugins?: Readonly<Record<string, number>>;
}
