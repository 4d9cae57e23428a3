// A program with one of nearly everything, for the end-to-end test. VARIANT=changed is what a later version of it is.
const hcloud = require("@pulumi/hcloud");
const random = require("@pulumi/random");

const changed = process.env.VARIANT.startsWith("changed");
const unprotected = process.env.VARIANT.endsWith("unprotected");
const number = (resource) => resource.id.apply(Number);
const labels = { stack: "test", ...(changed ? { release: "2" } : {}) };

const password = new random.RandomPassword("password", { length: 20 });
const key = new hcloud.SshKey("admin", { publicKey: process.env.PUBLIC_KEY, labels });
const network = new hcloud.Network("network", { ipRange: "10.0.0.0/16", labels });
const subnet = new hcloud.NetworkSubnet("subnet", {
  networkId: number(network),
  type: "cloud",
  networkZone: "eu-central",
  ipRange: "10.0.1.0/24",
});
const group = new hcloud.PlacementGroup("spread", { type: "spread", labels });
const firewall = new hcloud.Firewall("web", {
  labels,
  rules: [
    { direction: "in", protocol: "tcp", port: "22", sourceIps: ["0.0.0.0/0", "::/0"] },
    {
      direction: "in",
      protocol: "tcp",
      port: changed ? "443" : "80",
      sourceIps: ["2001:DB8::/32"],
      description: "web",
    },
  ],
});
const closed = new hcloud.Firewall("closed", {
  rules: [{ direction: "in", protocol: "icmp", sourceIps: ["10.0.0.0/16"] }],
});
const address = new hcloud.PrimaryIp("address", { type: "ipv4", location: "fsn1", autoDelete: false });

const web = new hcloud.Server(
  "web",
  {
    name: "web-1",
    serverType: "cx23",
    image: "debian-13",
    location: "fsn1",
    sshKeys: [key.id],
    userData: "#cloud-config\n",
    labels,
    firewallIds: [number(firewall)],
    placementGroupId: number(group),
    publicNets: [{ ipv4Enabled: true, ipv4: number(address), ipv6Enabled: true }],
    networks: [{ networkId: number(network), ip: "10.0.1.10" }],
  },
  { dependsOn: subnet },
);
const app = new hcloud.Server("app", {
  serverType: changed ? "cx33" : "cx23",
  image: "debian-13",
  location: "fsn1",
  sshKeys: [key.id],
  publicNets: [{ ipv4Enabled: false, ipv6Enabled: true }],
});
const appNetwork = new hcloud.ServerNetwork("app", { serverId: number(app), subnetId: subnet.id, ip: "10.0.1.20" });
const route = new hcloud.NetworkRoute(
  "route",
  { networkId: number(network), destination: "10.100.1.0/24", gateway: "10.0.1.10" },
  { dependsOn: web },
);
const attachment = new hcloud.FirewallAttachment("closed", { firewallId: number(closed), serverIds: [number(app)] });
const floating = new hcloud.FloatingIp("entry", { type: "ipv4", homeLocation: "fsn1", description: "entry", labels });
const assignment = new hcloud.FloatingIpAssignment("entry", { floatingIpId: number(floating), serverId: number(web) });
const floating6 = new hcloud.FloatingIp("entry6", {
  type: "ipv6",
  homeLocation: "fsn1",
  deleteProtection: changed && !unprotected,
});
const data = new hcloud.Volume("data", { size: changed ? 20 : 10, location: "fsn1", format: "ext4" });
const dataAttachment = new hcloud.VolumeAttachment("data", { volumeId: number(data), serverId: number(app) });
const pointer = new hcloud.Rdns("web", {
  serverId: number(web),
  ipAddress: web.ipv4Address,
  dnsPtr: changed ? "new.example.com" : "web.example.com",
});
// A server whose image is being made is locked, and the official plugin does not wait for that either.
const snapshot = new hcloud.Snapshot(
  "web",
  { serverId: number(web), description: "before", labels },
  { dependsOn: [assignment, pointer, route] },
);

const boxPassword = new random.RandomPassword("box", {
  length: 20,
  overrideSpecial: "-_.",
  minSpecial: 1,
  minNumeric: 1,
});
const box = new hcloud.StorageBox("box", {
  storageBoxType: changed ? "bx21" : "bx11",
  location: "hel1",
  password: boxPassword.result,
  sshKeys: [process.env.PUBLIC_KEY],
  labels,
  accessSettings: { sshEnabled: true, reachableExternally: changed },
  snapshotPlan: { maxSnapshots: 7, hour: 4, minute: 30 },
});
const subaccount = new hcloud.StorageBoxSubaccount("team", {
  storageBoxId: number(box),
  homeDirectory: "team",
  password: boxPassword.result,
  accessSettings: { sshEnabled: true },
});

module.exports = {
  password: password.result,
  box: box.server,
  entry: floating.ipAddress,
  webAddress: web.ipv4Address,
  appNetwork: appNetwork.ip,
  // Functions ask the API even in a preview, which a stack elsewhere must not.
  image: process.env.VARIANT === "elsewhere" ? "" : hcloud.getImageOutput({ name: "debian-13" }).osFlavor,
  all: [route, attachment, assignment, floating6, dataAttachment, pointer, snapshot, subaccount].map(({ id }) => id),
};
