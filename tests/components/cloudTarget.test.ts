import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { cloudRules } from "../../blueprint/cloudTarget";
import { officialEndpoint } from "../../blueprint/target";
import { rehearsedHost, type KnownHosts } from "../../components/rehearsedHost";
import { stackTarget } from "../../components/stackSource";
import type { CloudStatus } from "../../local/api/service/status";

const environment = { HCLOUD_ENDPOINT: "http://127.0.0.1:7411/v1", HOLDFAST_MACHINE_ENDPOINT: "http://10.0.0.1:80/v1" };

describe("how machines reach the API", () => {
  test("of a local cloud: as its environment says", () => {
    const target = stackTarget(cloudRules("local", undefined), environment);
    expect(target).toMatchObject({ endpoint: "http://127.0.0.1:7411/v1", machineEndpoint: "http://10.0.0.1:80/v1" });
  });

  test("of Hetzner: as everybody does, whatever a local cloud has left in the environment", () => {
    const target = stackTarget(cloudRules("prod", undefined), { HOLDFAST_MACHINE_ENDPOINT: "http://10.0.0.1:80/v1" });
    expect(target).toEqual({
      isRehearsal: false,
      hasOneToken: false,
      endpoint: officialEndpoint,
      token: undefined,
      machineEndpoint: officialEndpoint,
    });
  });
});

describe("a Storage Box of a rehearsal", () => {
  const boxes: Pick<CloudStatus["storageBoxes"][number], "host" | "addresses">[] = [
    { host: "u1.your-storagebox.de", addresses: { ipv4: "203.0.113.5", ipv6: "2001:db8::5" } },
  ];
  const answer: KnownHosts = { storageBoxes: boxes };
  const server: Server = createServer((request, response) => {
    response.statusCode = request.headers.authorization === "Bearer token" ? 200 : 401;
    response.end(JSON.stringify(answer));
  });
  const target = (token: string) => ({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    token,
  });

  beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test.each(["u1.your-storagebox.de", "u1-sub2.your-storagebox.de"])("is reached by its address: %s", async (name) => {
    expect(await rehearsedHost(name, target("token"))).toBe("203.0.113.5");
  });

  test("that the cloud does not have, or does not tell of, is an error outside previews", async () => {
    await expect(rehearsedHost("u2.your-storagebox.de", target("token"))).rejects.toThrow("no Storage Box named u2");
    await expect(rehearsedHost("u1.your-storagebox.de", target("wrong"))).rejects.toThrow("answered 401");
  });
});
