/** A kind of resource in the cloud. */
export interface Collection {
  /** In the API, e.g. `floating_ips`. */
  readonly path: string;
  /** The member of an answer that holds one of them, e.g. `floating_ip`. */
  readonly single: string;
  /** For people, e.g. `floating IP`. */
  readonly word: string;
  /** Pulumi's type; absent if Holdfast makes no resource of this kind. */
  readonly type?: string;
}

/** Every kind that has labels and can cost money or block a name. */
export const collections: readonly Collection[] = [
  { path: "servers", single: "server", word: "server", type: "hcloud:index/server:Server" },
  { path: "volumes", single: "volume", word: "volume", type: "hcloud:index/volume:Volume" },
  { path: "floating_ips", single: "floating_ip", word: "floating IP", type: "hcloud:index/floatingIp:FloatingIp" },
  { path: "primary_ips", single: "primary_ip", word: "primary IP", type: "hcloud:index/primaryIp:PrimaryIp" },
  { path: "load_balancers", single: "load_balancer", word: "load balancer" },
  { path: "networks", single: "network", word: "network", type: "hcloud:index/network:Network" },
  { path: "firewalls", single: "firewall", word: "firewall", type: "hcloud:index/firewall:Firewall" },
  {
    path: "placement_groups",
    single: "placement_group",
    word: "placement group",
    type: "hcloud:index/placementGroup:PlacementGroup",
  },
  { path: "ssh_keys", single: "ssh_key", word: "SSH key", type: "hcloud:index/sshKey:SshKey" },
  { path: "certificates", single: "certificate", word: "certificate" },
  { path: "storage_boxes", single: "storage_box", word: "storage box", type: "hcloud:index/storageBox:StorageBox" },
];

/** The kind of a resource; undefined for types without labels of their own. */
export function collectionOf(type: string): Collection | undefined {
  return collections.find((collection) => collection.type === type);
}
