import { tokenFingerprint } from "../../../blueprint/tokenFingerprint";
import { CloudApi } from "../../../stack/cloud/api";
import { labelled, leftovers, ownAddresses } from "../../../cli/teardown/leftovers";
import { recordedResources, proveProject } from "../../../cli/teardown/proof";
import type { StateResource } from "../../../stack/state";
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

/** What `holdfast teardown staging` asks. */
const prove = (resources: readonly StateResource[], recorded?: string) =>
  proveProject({ stack: "staging", resources, ...(recorded !== undefined && { recorded }) }, cloud, token);

const own = tokenFingerprint("staging", token);
const rotated = tokenFingerprint("staging", "another");

describe("which project a token opens", () => {
  test("the one that has what the state names", async () => {
    const resources = await makeStack("staging");
    const proof = await prove(resources, own);
    expect(proof.found.map(({ item }) => item.name)).toEqual(["staging", "staging-app", "staging-app-1"]);
    expect(proof.missing).toEqual([]);
    expect(proof.reason).toBe(
      `it has the network ${resources[0]?.id ?? ""} of "staging", and was opened with the token of the last update`,
    );
  });

  test("a token that was rotated since is told, and opens it all the same", async () => {
    expect((await prove(await makeStack("staging"), rotated)).reason).toContain(
      `another token than at the last update (${rotated})`,
    );
  });

  test("a state that records no token yet is no hindrance", async () => {
    expect((await prove(await makeStack("staging"))).reason).toMatch(/^it has the network \d+ of "staging"$/);
  });

  test("another project with a stack of the same name does not pass: its ids are others", async () => {
    const resources = await makeStack("staging");
    const elsewhere = resources.map((resource) => ({ ...resource, id: String(Number(resource.id) + 1000) }));
    await expect(prove(elsewhere)).rejects.toThrow("the token opens another project");
    const refused = await prove(elsewhere, rotated).catch((error: unknown) => (error as Error).message);
    expect(refused).toContain(`that of the last update has the fingerprint ${rotated}`);
    // With a wrong token it would empty the state.
    expect(refused).not.toContain("refresh");
  });

  test("what bears another stack's label or name does not pass", async () => {
    const resources = await makeStack("prod");
    await expect(prove(resources)).rejects.toThrow('does not belong to "staging"');
    const [network] = await makeStack("staging");
    const [, stranger] = resources;
    await expect(prove([network, stranger] as StateResource[])).rejects.toThrow(
      "lack the label stack=staging: firewall prod-app",
    );
    // Nor with the right token, nor where there is no network to look at.
    await expect(prove([stranger] as StateResource[], own)).rejects.toThrow("lack the label");
    const { network: renamed } = await api.must("POST", "/networks", {
      name: "other",
      ip_range: "10.0.0.0/16",
      labels: { stack: "staging" },
    });
    await expect(prove([known("networks", renamed)], own)).rejects.toThrow("its network is called other");
  });

  test("what was deleted by hand is told, and does not stop anybody", async () => {
    const resources = await makeStack("staging");
    await api.must("DELETE", `/servers/${resources[2]?.id ?? ""}`);
    const proof = await prove(resources);
    expect(proof.missing).toEqual([`server staging-app-1 (id ${resources[2]?.id ?? ""})`]);
  });

  test("a network that was deleted by hand: only the token of the last update will do", async () => {
    const resources = await makeStack("staging");
    await api.must("DELETE", `/networks/${resources[0]?.id ?? ""}`);
    expect((await prove(resources, own)).reason).toBe("the last update used this token");
    await expect(prove(resources, rotated)).rejects.toThrow("the token opens another project");
    await expect(prove(resources)).rejects.toThrow("the token opens another project");
  });

  test("a state without a network, of an update or a teardown that was cut: all of it has to be there", async () => {
    const [, firewall, server] = await makeStack("staging");
    const rest = [firewall, server] as StateResource[];
    expect((await prove(rest)).reason).toBe('it has everything that the state of "staging" names');
    await api.must("DELETE", `/servers/${server?.id ?? ""}`);
    await expect(prove(rest)).rejects.toThrow(
      /another project: these of "staging" are not in it: server staging-app-1/,
    );
    expect((await prove(rest, own)).missing).toHaveLength(1);
  });

  test("a state that names nothing in a cloud needs no proof", async () => {
    const password = { urn: "urn", type: "random:index/randomPassword:RandomPassword", id: "none" };
    expect((await prove([password])).reason).toContain("names nothing in a cloud");
  });

  test("the fingerprint is among the stack's outputs", () => {
    const state = { resources: [], outputs: { tokenFingerprint: own }, pending: [] };
    expect(recordedResources("staging", state)).toEqual({ stack: "staging", resources: [], recorded: own });
    expect(recordedResources("staging", undefined)).toEqual({ stack: "staging", resources: [] });
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
