import { keeperPaths } from "../../roles/loadBalancer/floatingIpKeeper/floatingIpKeeper";
import { floatingIpPaths } from "../../roles/loadBalancer/floatingIps";
import { rehearsal } from "../blueprint/source";
import {
  all,
  environmentOf,
  failoverToken,
  isSecret,
  one,
  revealed,
  type Seen,
  unencrypted,
  valueOf,
  waitsFor,
} from "./mocks";

const server = "hcloud:index/server:Server";
const configuration = "holdfast:machine:Configuration";
const floatingIp = "hcloud:index/floatingIp:FloatingIp";

type Files = Readonly<Record<string, { content: string; mode?: string }>>;

/** The files of a machine, secret ones too. */
function filesOf(seen: readonly Seen[], machine: string): Files {
  return revealed<Files>(one(seen, configuration, machine).inputs.files);
}

function keeperOf(seen: readonly Seen[], machine: string) {
  return JSON.parse(filesOf(seen, machine)[keeperPaths.configuration]?.content ?? "") as {
    endpoint: string;
    serverId: number;
    floatingIps: unknown[];
    pair: { peers: string[] } | null;
  };
}

describe("without a load balancer of its own", () => {
  let seen: readonly Seen[];
  let url: string;

  beforeAll(async () => {
    const up = await environmentOf(rehearsal({ loadBalancers: 0 }));
    seen = up.seen;
    url = await valueOf(up.environment.url);
  });

  test("the app machine is all there is, and visitors go to its own address", () => {
    expect(all(seen, server).map(({ name }) => name)).toEqual(["app-1"]);
    expect(all(seen, floatingIp)).toEqual([]);
    expect(one(seen, server, "app-1").inputs.publicNets).toEqual([{ ipv4Enabled: true, ipv6Enabled: true }]);
    expect(url).toMatch(/^http:\/\/203\.0\.113\.\d+$/);
  });

  test("it is reached without a detour", () => {
    const { connection } = one(seen, configuration, "app-1").inputs;
    expect(connection).toMatchObject({ host: expect.stringMatching(/^203\.0\.113\./) as string, via: [] });
  });

  test("it has HAProxy beside the instances, and nothing that moves an address", () => {
    const paths = Object.keys(filesOf(seen, "app-1"));
    expect(paths).toContain("/etc/haproxy/haproxy.cfg");
    expect(paths.filter((path) => /keeper|keepalived|floating-ips/.test(path))).toEqual([]);
    expect(JSON.stringify(seen.map(({ inputs }) => inputs))).not.toContain(failoverToken);
  });
});

describe.each([1, 2] as const)("with load balancers: %i", (loadBalancers) => {
  const names = ["load-balancer-1", "load-balancer-2"].slice(0, loadBalancers);
  let seen: readonly Seen[];

  beforeAll(async () => {
    ({ seen } = await environmentOf(rehearsal({ loadBalancers })));
  });

  test("one floating IP is there, and nobody declares who holds it", () => {
    expect(all(seen, floatingIp).map(({ inputs }) => inputs)).toEqual([
      expect.objectContaining({ name: "local-visitors", type: "ipv4", homeLocation: "nbg1" }),
    ]);
    expect(all(seen, floatingIp)[0]?.inputs).not.toHaveProperty("serverId");
    expect(seen.map(({ type }) => type)).not.toContain("hcloud:index/floatingIpAssignment:FloatingIpAssignment");
  });

  test("app machines come first, then the load balancer that takes over, then the one that serves", async () => {
    const waiting = await Promise.all(names.map(async (name) => waitsFor(one(seen, configuration, name))));
    const last = ["app-1", "app-2"];
    expect(waiting).toEqual(loadBalancers === 1 ? [last] : [["load-balancer-2"], last]);
    expect(await waitsFor(one(seen, configuration, "app-2"))).toEqual(["app-1"]);
  });

  test("every load balancer has the address, and a keeper that knows itself and its peers", () => {
    for (const name of names) {
      const files = filesOf(seen, name);
      const held = files[floatingIpPaths.addresses]?.content ?? "";
      expect(held).toMatch(/^198\.51\.100\.\d+\/32\n$/);
      const { endpoint, serverId, floatingIps, pair } = keeperOf(seen, name);
      expect(endpoint).toBe("https://api.hetzner.cloud/v1");
      expect(String(serverId)).toBe(one(seen, configuration, name).inputs.serverId);
      expect(floatingIps).toEqual([{ id: expect.any(Number) as number, address: held.replace("/32\n", "") }]);
      const peers = names.filter((other) => other !== name).map((other) => other.replace("load-balancer-", "10.0.1.1"));
      expect(pair?.peers ?? []).toEqual(peers.map((peer) => `http://${peer}:8405/state`));
    }
    expect(new Set(names.map((name) => keeperOf(seen, name).serverId)).size).toBe(loadBalancers);
  });

  test("the token is on load balancers only, root's alone, and a secret everywhere else", () => {
    for (const name of names) {
      expect(isSecret(one(seen, configuration, name).inputs.files)).toBe(true);
      const file = filesOf(seen, name)[keeperPaths.token];
      expect(revealed(file?.content)).toBe(`${failoverToken}\n`);
      expect(file?.mode).toBe("0600");
    }
    const others = seen.filter(({ type, name }) => !(type === configuration && names.includes(name)));
    expect(JSON.stringify(others.map(({ inputs }) => inputs))).not.toContain(failoverToken);
    expect(unencrypted(seen)).not.toContain(failoverToken);
  });

  test("every machine is reached through each load balancer", () => {
    const { via } = one(seen, configuration, "app-1").inputs.connection as { via: unknown[] };
    expect(via).toHaveLength(loadBalancers);
  });
});

test("a second load balancer changes no resource that is there, but for what stands in configurations", async () => {
  const before = (await environmentOf(rehearsal({ loadBalancers: 1 }))).seen;
  const after = (await environmentOf(rehearsal({ loadBalancers: 2 }))).seen;
  for (const { type, name, inputs, options } of before.filter((resource) => resource.type !== configuration)) {
    const now = one(after, type, name);
    expect({ name, inputs: now.inputs }).toEqual({ name, inputs });
    expect(now.options.ignoreChanges).toEqual(options.ignoreChanges);
  }
  const { connection, serverId, packages } = one(before, configuration, "load-balancer-1").inputs;
  const now = one(after, configuration, "load-balancer-1").inputs;
  expect(now).toMatchObject({ connection, serverId });
  expect(now.packages).toEqual([...(packages as string[]), "keepalived"].sort());
  const added = after.filter(({ type, name }) => !before.some((old) => old.type === type && old.name === name));
  expect(added.map(({ type, name }) => `${type} ${name}`).sort()).toEqual([
    "hcloud:index/server:Server load-balancer-2",
    "holdfast:index:Machine load-balancer-2",
    "holdfast:machine:Configuration load-balancer-2",
  ]);
});
