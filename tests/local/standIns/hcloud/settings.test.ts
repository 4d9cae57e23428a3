import { hcloudStandIn } from "../../../../local/standIns/hcloud";
import { Instances } from "../../../../local/standIns/hcloud/instances";
import { isLoopback, readSettings } from "../../../../local/standIns/hcloud/settings";
import { serveProvider } from "../../../../provider/grpc/server";
import { UNKNOWN } from "../../../../provider/grpc/types";
import { EngineSide } from "../../../provider/grpc/client";
import { FakeApi } from "./fakeApi";
import { urn } from "./replay";

const token = "t".repeat(64);
const local = "http://127.0.0.1:1/v1";

let standIn: Awaited<ReturnType<typeof serveProvider>>;
let engine: EngineSide;

beforeEach(async () => {
  standIn = await serveProvider(hcloudStandIn({ second: 1 }));
  engine = new EngineSide(standIn.port);
});

afterEach(async () => {
  engine.close();
  await standIn.close();
});

test("wrong settings are refused with what would be right", async () => {
  const { failures } = await engine.checkConfig({ token: "short", pollFunction: "random", region: "x", version: "1" });
  expect(failures.map(({ property }) => property)).toEqual(["region", "token", "pollFunction"]);
  expect(JSON.stringify(failures)).not.toContain("short");
  await expect(engine.configure({ endpoint: local })).rejects.toThrow("hcloud:token is missing");
  await expect(engine.configure({ endpoint: local, token, pollInterval: "soon" })).rejects.toThrow("such as 500ms");
});

test("intervals are Go's durations", () => {
  const interval = (pollInterval: string) => readSettings({ endpoint: local, token, pollInterval }, {}).pollInterval;
  expect(["200ms", "2s", "1m30s", "0.5s"].map(interval)).toEqual([200, 2000, 90_000, 500]);
});

test("only addresses of this computer count as local", () => {
  expect(
    ["http://127.0.0.1:1/v1", "http://127.9.9.9", "http://localhost:1", "https://[::1]:1/v1"].map(isLoopback),
  ).toEqual([true, true, true, true]);
  const elsewhere = [
    "https://api.hetzner.cloud/v1",
    "http://127.0.0.1.example.com/v1",
    "http://127.0.0.1@example.com/v1",
    "http://10.0.0.1/v1",
    "http://localhost.example.com",
    "file:///127.0.0.1",
    "nonsense",
  ];
  expect(elsewhere.filter(isLoopback)).toEqual([]);
});

describe("a stack outside the local cloud", () => {
  const fetched = jest.spyOn(globalThis, "fetch");
  afterEach(() => {
    expect(fetched).not.toHaveBeenCalled();
    fetched.mockClear();
  });
  afterAll(() => {
    fetched.mockRestore();
  });

  test("can be previewed without an account, and nothing else", async () => {
    await engine.configure({});
    const network = urn("Network", "net");
    const { inputs } = await engine.check(network, { ipRange: "10.0.0.0/16" });
    const planned = await engine.create(network, inputs, { preview: true });
    expect(planned.outputs).toMatchObject({ ipRange: "10.0.0.0/16" });
    const state = { inputs, outputs: { ...planned.outputs, id: "1" } };
    const change = { olds: state.outputs, oldInputs: inputs, news: { ...inputs, labels: { a: "b" } } };
    expect(await engine.diff(network, "1", change)).toMatchObject({ changes: "some" });
    await engine.update(network, "1", { ...change, preview: true });

    const refused = "run `pulumi plugin install resource hcloud`";
    await expect(engine.create(network, inputs)).rejects.toThrow(refused);
    await expect(engine.update(network, "1", change)).rejects.toThrow(refused);
    await expect(engine.read(network, "1", state)).rejects.toThrow(refused);
    await expect(engine.delete(network, "1", state)).rejects.toThrow(refused);
  });

  test("keeps its Storage Boxes where they are as well", async () => {
    await engine.configure({ token, endpoint: local });
    const { inputs } = await engine.check(urn("StorageBox", "box"), {
      storageBoxType: "bx11",
      location: "fsn1",
      password: "p",
    });
    await expect(engine.create(urn("StorageBox", "box"), inputs)).rejects.toThrow("Set hcloud:endpointHetzner");
    expect(inputs).not.toHaveProperty("username", UNKNOWN);
  });
});

test("each provider instance keeps its own cloud", async () => {
  const [one, two] = [await FakeApi.start(), await FakeApi.start()];
  const second = new EngineSide(standIn.port);
  await engine.configure({ token, endpoint: one.endpoint });
  await second.configure({ token, endpoint: two.endpoint });
  await engine.create(urn("SshKey", "a"), { name: "a", publicKey: "k" });
  await second.create(urn("SshKey", "b"), { name: "b", publicKey: "k" });
  expect(one.all("ssh_keys")).toMatchObject([{ name: "a" }]);
  expect(two.all("ssh_keys")).toMatchObject([{ name: "b" }]);
  second.close();
  await Promise.all([one.close(), two.close()]);
});

test("a new connection gets the settings that all others share, and none when they differ", () => {
  const instances = new Instances();
  expect(() => instances.of("new")).toThrow("was not configured");
  const settings = readSettings({ token, endpoint: local }, {});
  instances.configure("a", settings);
  instances.configure("b", settings);
  expect(instances.of("new")).toBe(settings);
  instances.configure("c", readSettings({ token, endpoint: "http://127.0.0.1:2/v1" }, {}));
  expect(() => instances.of("new")).toThrow("is not clear");
  expect(instances.of("a")).toBe(settings);
});

test("a cloud that is not running is named", async () => {
  await engine.configure({ token, endpoint: local });
  await expect(engine.create(urn("SshKey", "a"), { name: "a", publicKey: "k" })).rejects.toThrow("Is it running?");
});
