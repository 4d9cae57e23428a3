import { localCloudName } from "../../local/paths";
import { readState } from "../state";
import { cloudStatus, findDaemon } from "./client";
import { describeMachine, guessUrl, type MachineDescription } from "./describe";

/** What runs on a local cloud; `local status --json` prints it. */
export interface Status {
  readonly name: string;
  readonly running: boolean;
  readonly url: string | null;
  readonly endpoint: string | null;
  readonly machines: readonly MachineDescription[];
  readonly floatingIps: readonly { readonly name: string; readonly address: string; readonly machine: string | null }[];
  readonly storageBoxes: readonly StorageBoxDescription[];
}

/** A Storage Box of a local cloud. */
export interface StorageBoxDescription {
  readonly name: string;
  /** Account and host, as SFTP takes them. */
  readonly login: string;
  readonly state: string;
  readonly addresses: readonly string[];
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
