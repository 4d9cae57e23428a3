import { CloudApi } from "../../../cli/cloud/api";
import { labelled, leftovers, ownAddresses } from "../../../cli/teardown/leftovers";
import { fingerprint, proveProject } from "../../../cli/teardown/proof";
import type { StateResource } from "../../../cli/stack/state";
import { TestApi, token } from "../../support/testApi";

let api: TestApi;
let cloud: CloudApi;
beforeEach(async () => {
  api = await new TestApi().start();
  cloud = new CloudApi({ endpoint: api.running.endpoint, token });
});
afterEach(() => api.remove());

const types: Readonly<Record<string, string>> = {
  networks: "hcloud:index/network:Network",
  servers: "hcloud:index/server:Server",
  firewalls: "hcloud:index/firewall:Firewall",
};

/** What Pulumi's state says of something in the API. */
const known = (path: string, { id, name }: { id: number; name: string }): StateResource => ({
  urn: `urn:pulumi:staging::holdfast::${types[path] ?? ""}::${name}`,
  type: types[path] ?? "",
  id: String(id),
  outputs: { name },
});

/** A small stack as it is in the API, and in Pulumi's state. */
async function makeStack(stack: string): Promise<StateResource[]> {
  const labels = { stack };
  const { network } = await api.must("POST", "/networks", { name: stack, ip_range: "10.0.0.0/16", labels });
  const { firewall } = await api.must("POST", "/firewalls", { name: `${stack}-app`, labels });
  const server = await api.server(`${stack}-app-1`, { labels });
  return [known("networks", network), known("firewalls", firewall), known("servers", server)];
}

describe("which project a token opens", () => {
  test("the one that has what the state names", async () => {
    const proof = await proveProject("staging", await makeStack("staging"), cloud);
    expect(proof.found.map(({ item }) => item.name)).toEqual(["staging", "staging-app", "staging-app-1"]);
    expect(proof.missing).toEqual([]);
  });

  test("another project with a stack of the same name does not pass: its ids are others", async () => {
    const resources = await makeStack("staging");
    const elsewhere = resources.map((resource) => ({ ...resource, id: String(Number(resource.id) + 1000) }));
    await expect(proveProject("staging", elsewhere, cloud)).rejects.toThrow("the token opens another project");
  });

  test("what bears another stack's label or name does not pass", async () => {
    const resources = await makeStack("prod");
    await expect(proveProject("staging", resources, cloud)).rejects.toThrow('not marked as that of "staging"');
    const [network] = await makeStack("staging");
    const [, stranger] = resources;
    await expect(proveProject("staging", [network, stranger] as StateResource[], cloud)).rejects.toThrow(
      "do not bear the label stack=staging: firewall prod-app",
    );
  });

  test("what was deleted by hand is told, and does not stop anybody", async () => {
    const resources = await makeStack("staging");
    await api.must("DELETE", `/servers/${resources[2]?.id ?? ""}`);
    const proof = await proveProject("staging", resources, cloud);
    expect(proof.missing).toEqual([`server staging-app-1 (id ${resources[2]?.id ?? ""})`]);
  });

  test("tokens are told apart without being told", () => {
    expect(fingerprint("a")).toMatch(/^[0-9a-f]{8}$/);
    expect(fingerprint("a")).not.toBe(fingerprint("b"));
  });
});

describe("what is left", () => {
  test("everything with the label, of whatever kind, and nothing of another stack", async () => {
    await makeStack("staging");
    await makeStack("prod");
    await api.must("POST", "/volumes", { name: "by-hand", size: 10, location: "nbg1", labels: { stack: "staging" } });
    const found = await labelled("staging", cloud);
    expect(found.map(({ item }) => item.name).sort()).toEqual(["by-hand", "staging", "staging-app", "staging-app-1"]);
  });

  test("nothing, once all is deleted; addresses that came with servers count as well", async () => {
    const resources = await makeStack("staging");
    const addresses = ownAddresses(await labelled("staging", cloud));
    expect(addresses).toHaveLength(2);
    for (const [index, path] of (["servers", "firewalls", "networks"] as const).entries()) {
      await api.must("DELETE", `/${path}/${resources[2 - index]?.id ?? ""}`);
    }
    expect(await leftovers("staging", addresses, cloud)).toEqual([]);
    // An address that somebody kept is paid for.
    const kept = await api.server("keeper");
    const [id] = ownAddresses([{ collection: { path: "servers", single: "server", word: "server" }, item: kept }]);
    expect(await leftovers("staging", [id ?? 0], cloud, 0)).toEqual([`primary IP ${id}, which came with a server`]);
  });
});
