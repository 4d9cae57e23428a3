import { hcloudStandIn } from "../../../../local/standIns/hcloud";
import { changesOf } from "../../../../local/standIns/hcloud/diff";
import { server } from "../../../../local/standIns/hcloud/resources/server";
import { serveProvider } from "../../../../provider/grpc/server";
import { UNKNOWN, type Values } from "../../../../provider/grpc/types";
import { EngineSide } from "../../../provider/grpc/client";
import { urn } from "./replay";

let standIn: Awaited<ReturnType<typeof serveProvider>>;
let engine: EngineSide;

beforeAll(async () => {
  standIn = await serveProvider(hcloudStandIn());
  engine = new EngineSide(standIn.port);
});

afterAll(async () => {
  engine.close();
  await standIn.close();
});

const check = (kind: string, news: Values, more = {}) => engine.check(urn(kind, "web"), news, more);
const reasons = async (kind: string, news: Values) => (await check(kind, news)).failures.map(({ reason }) => reason);

describe("automatic names", () => {
  const server = { serverType: "cx23", image: "debian-13" };

  test("are the logical name and seven digits that follow from the seed", async () => {
    const { inputs } = await check("Server", server);
    expect(inputs.name).toMatch(/^web-[0-9a-f]{7}$/);
    expect((await check("Network", { ipRange: "10.0.0.0/16" })).inputs.name).toBe(inputs.name);
    expect((await check("Server", server, { seed: "another" })).inputs.name).not.toBe(inputs.name);
  });

  test("stay when the program drops an explicit one", async () => {
    expect((await check("Server", server, { olds: { name: "old" } })).inputs.name).toBe("old");
  });

  test("follow the stack's naming settings", async () => {
    const named = (mode: string, proposedName = "") => check("Server", server, { autonaming: { mode, proposedName } });
    expect((await named("propose", "mine")).inputs.name).toBe("mine");
    expect((await named("disable")).inputs).not.toHaveProperty("name");
  });

  test("are not given to what has no name", async () => {
    const { inputs } = await check("VolumeAttachment", { volumeId: 1, serverId: 1 });
    expect(inputs).not.toHaveProperty("name");
  });

  test("are refused when they would be too long", async () => {
    const long = urn("Network", "x".repeat(250));
    await expect(engine.check(long, { ipRange: "10.0.0.0/16" })).rejects.toThrow("at most 255");
  });
});

describe("types", () => {
  test("numbers, booleans and texts are coerced, empty labels dropped", async () => {
    const { inputs, failures } = await check("Server", {
      serverType: 104,
      image: "debian-13",
      backups: "true",
      placementGroupId: "12",
      firewallIds: ["3", 4.7],
      labels: { a: "b", gone: null },
    });
    expect(failures).toEqual([]);
    expect(inputs).toMatchObject({
      serverType: "104",
      backups: true,
      placementGroupId: 12,
      firewallIds: [3, 4],
      labels: { a: "b" },
    });
    expect(inputs.labels).not.toHaveProperty("gone");
  });

  test("what is no number stops the check itself", async () => {
    await expect(check("Volume", { size: "ten", location: "fsn1" })).rejects.toThrow('size: "ten" is not a number');
  });

  test("unknown values pass", async () => {
    const { failures } = await check("Network", { ipRange: UNKNOWN, labels: { a: UNKNOWN } });
    expect(failures).toEqual([]);
  });
});

describe("what is wrong is said", () => {
  test("missing and strange properties, at any depth", async () => {
    expect(await reasons("Network", { iprange: "10.0.0.0/16" })).toEqual([
      "'iprange' is not a property of this resource",
      "Missing required property 'ipRange'",
    ]);
    expect(await reasons("Firewall", { rules: [{ direction: "in" }] })).toEqual([
      "Missing required property 'rules[0].protocol'",
    ]);
    // The newer half of the official plugin keeps strange properties and says nothing.
    expect((await check("SshKey", { publicKey: "k", other: 1 })).inputs.other).toBe(1);
  });

  test.each([
    ["Network", { ipRange: "10.0.0.0/33" }, "is not a range"],
    [
      "NetworkSubnet",
      { networkId: 1, type: "lan", networkZone: "eu-central", ipRange: "10.0.0.0/24" },
      "is none of cloud",
    ],
    ["Firewall", { rules: [{ direction: "in", protocol: "tcp", sourceIps: ["10.0.0.1/24"] }] }, "10.0.0.0/24 is"],
    ["Firewall", { rules: [{ direction: "up", protocol: "tcp" }] }, '"up" is none of in, out'],
    ["PlacementGroup", { type: "packed" }, '"packed" is not "spread"'],
    ["FloatingIp", { type: "ipv5", homeLocation: "fsn1" }, '"ipv5" is neither'],
    ["Server", { serverType: "cx23", sshKeys: [""] }, "an entry is empty"],
    ["Network", { ipRange: "10.0.0.0/16", labels: { "-a": "b" } }, 'label key "-a"'],
    ["Network", { ipRange: "10.0.0.0/16", labels: { a: "x".repeat(64) } }, "of label a"],
  ])("%s %j", async (kind, inputs, reason) => {
    expect((await reasons(kind, inputs)).join("\n")).toContain(reason);
  });

  test("labels as Hetzner allows them pass", async () => {
    expect(
      await reasons("Network", { ipRange: "10.0.0.0/16", labels: { "example.com/a.b-c_d": "", x: "A-1" } }),
    ).toEqual([]);
  });
});

test("a type that the stand-in does not have is refused with the way out", async () => {
  await expect(check("PrimaryIp", { type: "ipv4", location: "fsn1" })).rejects.toThrow(
    /no resource type hcloud:index\/primaryIp:PrimaryIp\. .*HOLDFAST_PLUGINS=official/,
  );
});

describe("a server's networks", () => {
  const diff = (networks: unknown[]) => {
    const news = { serverType: "cx23", image: "debian-13", networks };
    return engine.diff(urn("Server", "web"), "1", { oldInputs: {}, news });
  };

  test.each([
    [[{ ip: "10.0.0.2" }], "networkId or subnetId is needed"],
    [[{ networkId: 1 }, { subnetId: "1-10.0.0.0/24" }], "network 1 is listed already"],
    [[{ networkId: 2, subnetId: "1-10.0.0.0/24" }], "is not in network 2"],
    [[{ subnetId: "1-10.0.0.0/24", ip: "10.0.1.2" }], "10.0.1.2 is not in 10.0.0.0/24"],
  ])("%j is refused", async (networks, reason) => {
    await expect(diff(networks)).rejects.toThrow(reason);
  });
});

describe("previews", () => {
  const preview = async (kind: string, news: Values) => {
    const { inputs } = await check(kind, news);
    return (await engine.create(urn(kind, "web"), inputs, { preview: true })).outputs;
  };

  test("foretell what is known and leave open what only the API knows", async () => {
    const outputs = await preview("Server", { serverType: "cx23", image: "debian-13", networks: [{ networkId: 3 }] });
    expect(outputs).toMatchObject({
      serverType: "cx23",
      status: UNKNOWN,
      location: UNKNOWN,
      deleteProtection: false,
      publicNets: [],
      networks: [{ networkId: 3, ip: UNKNOWN, macAddress: UNKNOWN, aliasIps: [] }],
    });
  });

  test("of an update keep what does not change", async () => {
    const olds = {
      id: "5",
      name: "web",
      serverType: "cx23",
      image: "debian-13",
      status: "running",
      ipv4Address: "1.2.3.4",
    };
    const oldInputs = { name: "web", serverType: "cx23", image: "debian-13" };
    const news = { ...oldInputs, labels: { a: "b" } };
    const outputs = await engine.update(urn("Server", "web"), "5", { olds, oldInputs, news, preview: true });
    expect(outputs).toMatchObject({ id: "5", status: "running", ipv4Address: "1.2.3.4", labels: { a: "b" } });
  });

  test("ignored changes are none", () => {
    const oldInputs = { name: "web", serverType: "cx23", image: "debian-12" };
    const news = { ...oldInputs, image: "debian-13", labels: { a: "1", b: "2" } };
    const changes = (ignored: string[]) => [...changesOf(server, oldInputs, news, ignored).keys()];
    expect(changes([])).toEqual(["image", "labels"]);
    expect(changes(["image", "labels.a"])).toEqual(["labels"]);
    expect(changes(["image", "labels.a", "labels.b"])).toEqual([]);
    expect(changes(["*"])).toEqual([]);
  });
});
