import { hcloudPlugin } from "../../../../local/plugins/hcloud";
import { servePlugin } from "../../../../provider/grpc/server";
import type { Values } from "../../../../provider/grpc/types";
import { EngineSide } from "../../../provider/grpc/client";
import { FakeApi } from "./fakeApi";

let api: FakeApi;
let plugin: Awaited<ReturnType<typeof servePlugin>>;
let engine: EngineSide;

beforeEach(async () => {
  api = await FakeApi.start();
  plugin = await servePlugin(hcloudPlugin({ second: 1 }));
  engine = new EngineSide(plugin.port);
  await engine.configure({ token: "t".repeat(64), endpoint: api.endpoint });
});

afterEach(async () => {
  engine.close();
  await plugin.close();
  await api.close();
});

const invoke = (name: string, args: Values = {}) => engine.invoke(`hcloud:index/${name}:${name}`, args);
/** The calls of the last function, as the official plugin was recorded to make them. */
const asked = () => api.calls.splice(0).map(([method, path]) => `${method} ${path}`);

const debian = {
  name: "debian-13",
  architecture: "x86",
  type: "system",
  os_flavor: "debian",
  os_version: "13",
  labels: {},
};

test("images by name, id and selector", async () => {
  api.seed("images", debian, 7);
  expect(await invoke("getImage", { name: "debian-13" })).toMatchObject({ id: 7, osFlavor: "debian", osVersion: "13" });
  expect(asked()).toEqual(["GET /images?architecture=x86&name=debian-13"]);
  expect(await invoke("getImage", { id: 7 })).toMatchObject({ name: "debian-13" });
  expect(asked()).toEqual(["GET /images/7"]);
  await expect(invoke("getImage", { name: "debian-13", withArchitecture: "arm" })).rejects.toThrow("no image");
  expect(asked()).toEqual(["GET /images?architecture=arm&name=debian-13"]);
  await invoke("getImage", { withSelector: "a=b", mostRecent: true });
  expect(asked()).toEqual(["GET /images?architecture=x86&label_selector=a%3Db&sort=created%3Adesc"]);
  api.seed("images", debian, 8);
  await expect(invoke("getImage", { withSelector: "a=b" })).rejects.toThrow("2 images match");
  await expect(invoke("getImage", {})).rejects.toThrow("Exactly one of id, name and withSelector");
  asked();
  expect((await invoke("getImages")).images).toHaveLength(2);
  expect(asked()).toEqual(["GET /images?page=1&per_page=50"]);
});

test("server types, locations and SSH keys, one and all", async () => {
  api.seed(
    "server_types",
    { name: "cx23", cores: 2, memory: 4, disk: 40, cpu_type: "shared", architecture: "x86" },
    114,
  );
  api.seed("locations", { name: "fsn1", network_zone: "eu-central", latitude: 50.5 }, 1);
  api.seed("ssh_keys", { name: "admin", public_key: "k" }, 5);
  expect(await invoke("getServerTypes")).toMatchObject({
    id: expect.stringMatching(/^[0-9a-f]{40}$/) as unknown,
    serverTypes: [{ id: 114, cpuType: "shared", isDeprecated: false, locations: [] }],
    serverTypeIds: ["114"],
  });
  expect(await invoke("getServerType", { name: "cx23" })).toMatchObject({ id: 114, cores: 2 });
  expect(await invoke("getLocations")).toMatchObject({ locationIds: ["1"], names: ["fsn1"] });
  expect(await invoke("getLocation", { id: 1 })).toMatchObject({ networkZone: "eu-central", latitude: 50.5 });
  expect(await invoke("getSshKeys", { withSelector: "a" })).toMatchObject({ id: "5", sshKeys: [{ publicKey: "k" }] });
  expect(asked()).toEqual([
    "GET /server_types?page=1&per_page=50",
    "GET /server_types?name=cx23",
    "GET /locations?page=1&per_page=50",
    "GET /locations/1",
    "GET /ssh_keys?page=1&per_page=50&label_selector=a",
  ]);
  await expect(invoke("getLocation", { name: "moon" })).rejects.toThrow('no location of the name "moon"');
  await expect(invoke("getLocation", {})).rejects.toThrow("Exactly one of id and name");
});

test("texts for DNS need no cloud", async () => {
  expect(await invoke("idna", { domain: "bücher.example" })).toMatchObject({ result: "xn--bcher-kva.example" });
  const { result } = await invoke("txtRecord", { record: `${"a".repeat(300)}"` });
  expect(result).toBe(`"${"a".repeat(255)}" "${"a".repeat(45)}\\""`);
});
