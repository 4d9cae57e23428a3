import { serverTypes, type ServerType } from "../../catalog";
import { describeResource, type ResourceChange } from "./resources";

/**
 * What a person has to know before an update, as sentences: what is powered off, replaced or deleted. Facts about
 * updates in place are those of the hcloud plugin (1.41).
 */
export function consequences(changes: readonly ResourceChange[]): readonly string[] {
  return [...changes.flatMap(consequencesOf), ...(changes.some(isResized) ? [resizing] : [])];
}

const resizing =
  "Hetzner starts a machine again once its type has changed. `npx holdfast up` does one machine after the other; plain " +
  "`pulumi up` powers them off together.";

function isResized({ kind, operation, properties }: ResourceChange): boolean {
  return operation === "update" && kind === "Server" && properties.includes("serverType");
}

function consequencesOf(change: ResourceChange): string[] {
  switch (change.operation) {
    case "replace":
      return replaced(change);
    case "delete":
      return deleted(change);
    case "update":
      return change.kind === "Server" ? serverUpdated(change) : updated(change);
    default:
      return [];
  }
}

const losses: Readonly<Record<string, string>> = {
  Server: "everything on it is lost, and it gets new addresses and a new host key",
  FloatingIp: "visitors get another address, which DNS does not know yet",
  Volume: "all data on it is lost",
  StorageBox: "all backups in it are lost",
  Network: "all machines leave it, so they cannot reach each other until the update is done",
  RandomPassword: "clients that use the old one are refused",
};

function replaced(change: ResourceChange): string[] {
  const loss = losses[change.kind];
  if (!loss) return [];
  const reason = change.properties.length > 0 ? ` (because of ${change.properties.join(", ")})` : "";
  return [`The ${describeResource(change)} is replaced${reason}: ${loss}.`];
}

const ends: Readonly<Record<string, string>> = {
  Server: "with everything on it",
  FloatingIp: "the address goes back to Hetzner, and nobody gets it again",
  Volume: "with all data on it",
  StorageBox: "with all backups in it",
  Network: "machines can no longer reach each other",
};

function deleted(change: ResourceChange): string[] {
  const end = ends[change.kind];
  return end ? [`The ${describeResource(change)} is deleted: ${end}.`] : [];
}

function serverUpdated(change: ResourceChange): string[] {
  const { before, after, name } = change;
  const changed = (property: string) => change.properties.includes(property);
  const sentences: string[] = [];
  if (changed("serverType")) {
    const [from, to] = [before, after].map((state) => String(state?.inputs?.serverType));
    sentences.push(`The machine ${name} is powered off to change its type from ${from} to ${to}${disk(from, to)}.`);
  }
  if (changed("publicNets")) {
    sentences.push(`The machine ${name} is powered off and on again to change its public addresses.`);
  }
  if (changed("networks")) {
    sentences.push(`The machine ${name} leaves the private network and joins it again: its connections break.`);
  }
  if (changed("placementGroupId")) {
    sentences.push(`The machine ${name} must be off to change its placement group: the update fails while it runs.`);
  }
  if (changed("backups") && after?.inputs?.backups !== true) {
    sentences.push(`Hetzner's backups of the machine ${name} are switched off, and those that exist are deleted.`);
  }
  return sentences;
}

/** The effect of another server type on the disk, which grows with it and never shrinks. */
function disk(from = "", to = ""): string {
  const [old, now] = [from, to].map((name) => (serverTypes as Readonly<Record<string, ServerType>>)[name]?.disk);
  if (old === undefined || now === undefined || old === now) return "";
  return now > old
    ? "; its disk grows, and you cannot change to a smaller type afterwards"
    : "; Hetzner refuses this if the machine's disk is larger than that of the new type";
}

function updated(change: ResourceChange): string[] {
  const off = change.properties.includes("deleteProtection") && change.after?.inputs?.deleteProtection !== true;
  return [
    ...(off ? [`Hetzner's protection of the ${describeResource(change)} is lifted.`] : []),
    ...(change.properties.includes("snapshotPlan") ? snapshotsChanged(change) : []),
  ];
}

function snapshotsChanged(change: ResourceChange): string[] {
  const [before, after] = [change.before, change.after].map(
    (state) => (state?.inputs?.snapshotPlan as { maxSnapshots?: number } | undefined)?.maxSnapshots ?? 0,
  );
  if (before === after) return [];
  const fewer = (after ?? 0) < (before ?? 0) ? "; the oldest ones beyond that are deleted" : "";
  return [`Hetzner keeps ${after} daily snapshots of the ${describeResource(change)} instead of ${before}${fewer}.`];
}
