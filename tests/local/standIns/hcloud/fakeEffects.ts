/* What the recorded calls were answered by: a lenient cloud, for it is the caller that is looked at here. */

export type Obj = Record<string, unknown>;

/** The objects of the fake, by collection and id. */
export interface Objects {
  create(collection: string, object: Obj): Obj & { id: number };
  all(collection: string): Obj[];
  get(collection: string, id: number): Obj | undefined;
}

/** An API error that an effect answers. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(code);
  }
}

const location = (name: unknown) => ({ id: 1, name: name ?? "fsn1" });
const protection = { delete: false };

/** What a new object has besides what was asked for. */
export const made: Readonly<Record<string, (body: Obj, objects: Objects) => Obj>> = {
  ssh_keys: (body) => ({ ...body, fingerprint: "aa:bb" }),
  networks: (body) => ({ subnets: [], labels: {}, protection, ...body }),
  placement_groups: (body) => ({ servers: [], labels: {}, ...body }),
  firewalls: ({ apply_to = [], ...body }) => ({ rules: [], labels: {}, ...body, applied_to: apply_to }),
  volumes: ({ location: name, ...body }) => ({
    server: null,
    labels: {},
    protection,
    linux_device: "/dev/disk/by-id/scsi-0HC_Volume_1",
    ...body,
    location: location(name),
  }),
  floating_ips: ({ home_location, ...body }) => ({
    server: null,
    labels: {},
    protection,
    ip: body.type === "ipv6" ? "2001:db8:f::/64" : "198.51.100.39",
    ...body,
    home_location: location(home_location),
  }),
  primary_ips: ({ location: name, ...body }) => ({
    assignee_id: null,
    assignee_type: "server",
    protection,
    ip: body.type === "ipv6" ? "2001:db8:a::/64" : "203.0.113.35",
    ...body,
    location: location(name),
  }),
  servers: (body, objects) => newServer(body, objects),
  storage_boxes: ({ storage_box_type, location: name, ...body }) => ({
    username: "u1",
    server: "u1.example.com",
    system: "s1",
    protection,
    snapshot_plan: null,
    ...body,
    storage_box_type: { name: storage_box_type },
    location: location(name),
  }),
  zones: (body) => ({
    protection,
    registrar: "other",
    authoritative_nameservers: { assigned: ["ns.example.net."] },
    primary_nameservers: [],
    ...body,
  }),
  rrsets: (body) => ({ ttl: null, protection: { change: false }, ...body }),
  subaccounts: (body) => ({ username: "u1-sub1", server: "u1.example.com", description: "", labels: {}, ...body }),
};

function newServer(body: Obj, objects: Objects): Obj {
  const wish = (body.public_net ?? {}) as Obj;
  const address = (type: "ipv4" | "ipv6") => {
    if (wish[`enable_${type}`] === false) return null;
    const given = wish[type] as number | undefined;
    const ip = given ?? objects.create("primary_ips", made.primary_ips({ type, name: "auto" }, objects)).id;
    return { id: ip, ip: type === "ipv6" ? "2001:db8:b::/64" : "203.0.113.9" };
  };
  return {
    name: body.name,
    status: body.start_after_create === false ? "off" : "running",
    labels: body.labels ?? {},
    server_type: { name: body.server_type },
    image: { id: body.image, name: "ubuntu-24.04" },
    location: location(body.location),
    backup_window: null,
    primary_disk_size: 40,
    placement_group: body.placement_group === undefined ? null : { id: body.placement_group },
    private_net: [],
    protection: { delete: false, rebuild: false },
    rescue_enabled: false,
    iso: null,
    public_net: {
      ipv4: address("ipv4"),
      ipv6: address("ipv6"),
      firewalls: ((body.firewalls ?? []) as Obj[]).map(({ firewall }) => ({ id: firewall, status: "applied" })),
    },
  };
}

type Effect = (object: Obj, body: Obj, objects: Objects) => Obj | undefined;

const changeProtection: Effect = (object, body) =>
  void (object.protection = { ...(object.protection as Obj), ...body });
const attached = (object: Obj) => object.private_net as Obj[];
const targetKey = (target: Obj) =>
  JSON.stringify([(target.server as Obj | undefined)?.id, (target.label_selector as Obj | undefined)?.selector]);

/** What an action does, by collection and action; those that are missing do nothing. */
export const effects: Readonly<Record<string, Effect>> = {
  "networks/change_protection": changeProtection,
  "networks/add_subnet": (network, body) =>
    void (network.subnets = [...(network.subnets as Obj[]), { gateway: "10.0.0.1", ...body }]),
  "networks/delete_subnet": (network, { ip_range }) =>
    void (network.subnets = (network.subnets as Obj[]).filter((subnet) => subnet.ip_range !== ip_range)),

  "firewalls/set_rules": (firewall, { rules }) => void (firewall.rules = rules),
  "firewalls/apply_to_resources": (firewall, body, objects) => {
    const targets = body.apply_to as Obj[];
    firewall.applied_to = [...(firewall.applied_to as Obj[]), ...targets];
    for (const net of publicNetsOf(targets, objects)) {
      net.firewalls = [...(net.firewalls as Obj[]), { id: firewall.id, status: "applied" }];
    }
    return undefined;
  },
  "firewalls/remove_from_resources": (firewall, body, objects) => {
    const targets = body.remove_from as Obj[];
    const keys = targets.map(targetKey);
    firewall.applied_to = (firewall.applied_to as Obj[]).filter((target) => !keys.includes(targetKey(target)));
    for (const net of publicNetsOf(targets, objects)) {
      net.firewalls = (net.firewalls as Obj[]).filter(({ id }) => id !== firewall.id);
    }
    return undefined;
  },

  "servers/poweroff": (server) => void (server.status = "off"),
  "servers/shutdown": (server) => void (server.status = server.stubborn ? "running" : "off"),
  "servers/poweron": (server) => void (server.status = "running"),
  "servers/change_type": (server, { server_type }) => void (server.server_type = { name: server_type }),
  "servers/enable_backup": (server) => void (server.backup_window = "22-02"),
  "servers/disable_backup": (server) => void (server.backup_window = null),
  "servers/attach_iso": (server) => void (server.iso = { name: "FreeBSD.iso" }),
  "servers/detach_iso": (server) => void (server.iso = null),
  "servers/enable_rescue": (server) => void (server.rescue_enabled = true),
  "servers/disable_rescue": (server) => void (server.rescue_enabled = false),
  "servers/change_protection": changeProtection,
  "servers/add_to_placement_group": (server, { placement_group: id }) => void (server.placement_group = { id }),
  "servers/remove_from_placement_group": (server) => void (server.placement_group = null),
  "servers/attach_to_network": (server, { network, ip = "10.0.1.2", alias_ips = [] }) => {
    if (attached(server).some((net) => net.network === network)) throw new Refusal(409, "server_already_attached");
    server.private_net = [...attached(server), { network, ip, alias_ips, mac_address: "86:00:00:00:00:01" }];
    return undefined;
  },
  "servers/detach_from_network": (server, { network }) => {
    if (!attached(server).some((net) => net.network === network)) throw new Refusal(404, "not_found");
    server.private_net = attached(server).filter((net) => net.network !== network);
    return undefined;
  },
  "servers/change_alias_ips": (server, { network, alias_ips }) =>
    void (server.private_net = attached(server).map((net) => (net.network === network ? { ...net, alias_ips } : net))),

  "floating_ips/assign": (ip, { server }) => void (ip.server = server),
  "floating_ips/unassign": (ip) => void (ip.server = null),
  "floating_ips/change_protection": changeProtection,

  "primary_ips/assign": (ip, { assignee_id }, objects) => {
    ip.assignee_id = assignee_id;
    const server = objects.get("servers", assignee_id as number);
    if (server) (server.public_net as Obj)[ip.type as string] = { id: ip.id, ip: ip.ip };
    return undefined;
  },
  "primary_ips/unassign": (ip, _body, objects) => {
    ip.assignee_id = null;
    for (const server of objects.all("servers")) {
      const net = server.public_net as Record<string, Obj | null>;
      for (const type of ["ipv4", "ipv6"]) if (net[type]?.id === ip.id) net[type] = null;
    }
    return undefined;
  },

  "volumes/attach": (volume, { server }) => void (volume.server = server),
  "volumes/detach": (volume) => void (volume.server = null),
  "volumes/resize": (volume, { size }) => void (volume.size = size),
  "volumes/change_protection": changeProtection,

  "storage_boxes/change_protection": changeProtection,
  "storage_boxes/change_type": (box, { storage_box_type }) => void (box.storage_box_type = { name: storage_box_type }),
  "storage_boxes/update_access_settings": (box, body) => void (box.access_settings = body),
  "storage_boxes/enable_snapshot_plan": (box, body) => void (box.snapshot_plan = body),
  "storage_boxes/disable_snapshot_plan": (box) => void (box.snapshot_plan = null),
  "zones/change_protection": changeProtection,
  "zones/change_ttl": (zone, { ttl }) => void (zone.ttl = ttl),
  "zones/change_primary_nameservers": (zone, body) => void Object.assign(zone, body),
  "rrsets/change_protection": changeProtection,
  "rrsets/change_ttl": (set, { ttl }) => void (set.ttl = ttl),
  "rrsets/set_records": (set, { records }) => void (set.records = records),
  "subaccounts/change_home_directory": (account, { home_directory }) => void (account.home_directory = home_directory),
  "subaccounts/update_access_settings": (account, body) => void (account.access_settings = body),
};

function publicNetsOf(targets: readonly Obj[], objects: Objects): Obj[] {
  return targets.flatMap((target) => {
    const server = objects.get("servers", Number((target.server as Obj | undefined)?.id));
    return server ? [server.public_net as Obj] : [];
  });
}
