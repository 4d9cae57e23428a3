import { rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { addressPlan } from "../network/addresses";
import { removeHostLink } from "../network/edge";
import { cloudPrefix } from "../network/names";
import { namespacesWithPrefix, removeNamespace } from "../network/namespaces";
import { currentSlot, releaseSlot } from "../network/slots";
import { localPaths } from "../paths";
import { removeControlGroupsWithPrefix } from "./controlGroups";
import { mountedDisks, unmountDisk } from "./disk";
import { floatingIpsFile, runtimeDir } from "./layout";
import { removeNspawnLeftovers } from "./nspawnLeftovers";
import {
  childrenOf,
  relayMarkPrefix,
  killAndWait,
  machineMark,
  processesInNamespace,
  processesMarked,
} from "./processes";
import { releaseAllLoopDevices } from "./volumes";

/**
 * Takes down all machines, networks and volumes of a local cloud, also those that a crash left behind and those whose
 * files are gone: everything is found by its name in the kernel. The API's store is not touched.
 */
export async function removeEverything(cloud: string): Promise<void> {
  const prefix = cloudPrefix(cloud);
  const namespaces = namespacesWithPrefix(prefix);

  const supervisors = processesMarked(machineMark(prefix), "prefix");
  const relays = processesMarked(relayMarkPrefix(prefix), "prefix");
  // Children: boot scripts, and the init of each systemd-nspawn, with which all of its machine ends.
  await killAndWait([...supervisors, ...supervisors.flatMap(childrenOf), ...relays]);
  await killAndWait(namespaces.flatMap(processesInNamespace));

  for (const disk of mountedDisks(prefix)) await unmountDisk(disk);
  await releaseAllLoopDevices(cloud);
  const slot = currentSlot(cloud);
  if (slot !== undefined) await removeHostLink(addressPlan(slot));
  for (const namespace of namespaces) await removeNamespace(namespace);
  removeControlGroupsWithPrefix(prefix);
  removeNspawnLeftovers((name) => name.startsWith(prefix));

  const paths = localPaths(cloud);
  const files = [
    paths.acme,
    paths.hostNames,
    paths.machines,
    paths.volumes,
    join(paths.state, "networks"),
    floatingIpsFile(cloud),
  ];
  for (const file of [...files, runtimeDir(cloud)]) rmSync(file, { recursive: true, force: true });
  releaseSlot(cloud);
  for (const folder of [paths.state, dirname(runtimeDir(cloud))]) removeIfEmpty(folder);
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Others have files in it, or it is gone.
  }
}
