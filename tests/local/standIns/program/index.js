// A program with one of everything, for the end-to-end test. VARIANT=changed is what a later version of it is.
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
    publicNets: [{ ipv4Enabled: true, ipv6Enabled: true }],
    networks: [{ networkId: number(network), ip: "10.0.1.10" }],
  },
  { dependsOn: subnet },
);
const app = new hcloud.Server(
  "app",
  {
    serverType: changed ? "cx33" : "cx23",
    image: "debian-13",
    location: "fsn1",
    sshKeys: [key.id],
    publicNets: [{ ipv4Enabled: false, ipv6Enabled: true }],
    networks: [{ subnetId: subnet.id, ip: "10.0.1.20" }],
  },
  { dependsOn: subnet },
);
const floating = new hcloud.FloatingIp("entry", {
  type: "ipv4",
  serverId: number(web),
  description: "entry",
  labels,
});
const floating6 = new hcloud.FloatingIp("entry6", {
  type: "ipv6",
  homeLocation: "fsn1",
  deleteProtection: changed && !unprotected,
});
const data = new hcloud.Volume("data", { size: changed ? 20 : 10, location: "fsn1", format: "ext4" });
const dataAttachment = new hcloud.VolumeAttachment("data", { volumeId: number(data), serverId: number(app) });
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
  appNetwork: app.networks.apply((networks) => networks[0].ip),
  all: [floating6, dataAttachment, subaccount].map(({ id }) => id),
};
