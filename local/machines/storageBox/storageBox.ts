import type { FirewallRule, MachineSpec, MachineState, StorageBoxSpec, StorageUsage, VolumeSpec } from "../../driver";
import { run } from "../command";
import { enterCommand } from "../enter";
import { volumePath } from "../volumes";
import { SETUP, SFTP_PORT, storageBoxFiles } from "./files";

/** What a Storage Box is made of: calls of the driver that makes machines. */
export interface BoxParts {
  ensureMachine(machine: MachineSpec): Promise<void>;
  ensureVolume(volume: VolumeSpec): Promise<void>;
  attachVolume(volumeId: number, machineId: number): Promise<void>;
  start(id: number): Promise<void>;
  inspect(id: number): Promise<MachineState>;
  /** Writes a file into a machine's disk, running or not. */
  writeFile(id: number, path: string, content: string): Promise<void>;
}

/** Where Hetzner's own network is, for boxes that are closed to the rest of the world. */
type Sources = readonly string[];

/**
 * Makes the box, a machine whose only service is SFTP on port 23, or brings a running one to this shape. Its disk is a
 * volume, as large as the box.
 */
export async function ensureStorageBox(parts: BoxParts, box: StorageBoxSpec, servers: Sources): Promise<void> {
  await parts.ensureVolume({ id: box.id, size: box.size });
  await parts.ensureMachine(machineOf(box, servers));
  await parts.attachVolume(box.id, box.id);
  for (const [path, content] of Object.entries(storageBoxFiles(box))) await parts.writeFile(box.id, path, content);
  if ((await parts.inspect(box.id)).running) await inBox(parts, box.id, `sh ${SETUP} ${volumePath(box.id)}`);
  else await parts.start(box.id);
  await inBox(parts, box.id, untilItServes);
}

/** When SSH does not start, the log of the unit before it has the reason. */
const untilItServes = `timeout 60 sh -c 'until systemctl is-active --quiet ssh.service; do sleep 0.1; done' ||
{ journalctl --unit storage-box.service --lines 20 --no-pager --output cat >&2; exit 1; }`;

function machineOf(box: StorageBoxSpec, servers: Sources): MachineSpec {
  const sftp: FirewallRule = {
    direction: "in",
    protocol: "tcp",
    port: String(SFTP_PORT),
    sourceIps: box.reachableExternally ? ["0.0.0.0/0", "::/0"] : servers,
    destinationIps: [],
  };
  return {
    id: box.id,
    name: box.name,
    hostNames: box.hostNames,
    image: "debian-13",
    cores: 1,
    memory: 0.5,
    userData: "",
    sshKeys: [],
    location: box.location,
    publicIpv4: box.publicIpv4,
    publicIpv6: box.publicIpv6,
    privateNetworks: [],
    firewall: [sftp, { ...sftp, protocol: "icmp", port: undefined }],
  };
}

const home = "/srv/box/home";

/** Snapshots are copies that share their blocks with the files until these change. */
const snapshotCommands = {
  make: (folder: string) =>
    `rm -rf ${folder}.new && cp -a --reflink=always ${home} ${folder}.new && rm -rf ${folder} && mv ${folder}.new ${folder}`,
  remove: (folder: string) => `rm -rf ${folder}`,
  // In place, because accounts have the folder mounted.
  restore: (folder: string) => `rsync -a --checksum --delete ${folder}/ ${home}/`,
} as const;

/** See `Driver.changeBoxSnapshot`. @throws for a name that the API would not choose */
export async function changeBoxSnapshot(
  parts: BoxParts,
  id: number,
  what: keyof typeof snapshotCommands,
  name: string,
): Promise<void> {
  if (!/^[\w-]+$/.test(name)) throw new Error(`"${name}" cannot be the name of a snapshot`);
  await inBox(parts, id, snapshotCommands[what](`/srv/box/snapshots/${name}`));
}

/** Bytes that its accounts hold, and its snapshots beside them; 0 while it does not run. */
export async function measureStorageBox(parts: BoxParts, id: number): Promise<StorageUsage> {
  if ((await parts.inspect(id)).initPid === undefined) return { data: 0, snapshots: 0 };
  const script = `du -s --block-size=1 ${home} | cut -f 1
df --block-size=1 --output=used /srv/box | tail -n 1
cat /srv/box/empty
ls /srv/box/snapshots | wc -l`;
  const [data = 0, used = 0, empty = 0, snapshots = 0] = (await inBox(parts, id, script))
    .trim()
    .split("\n")
    .map(Number);
  return { data, snapshots: snapshots === 0 ? 0 : Math.max(0, used - empty - data) };
}

async function inBox(parts: BoxParts, id: number, script: string): Promise<string> {
  const { initPid } = await parts.inspect(id);
  if (initPid === undefined) throw new Error(`the machine of storage box ${id} does not run`);
  const [command = "", ...args] = enterCommand(initPid);
  return run(command, [...args, "sh", "-euc", script]);
}
