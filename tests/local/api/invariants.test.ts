import fc from "fast-check";
import { TestApi, type Body } from "../../support/testApi";

const kinds = ["servers", "networks", "firewalls", "placement_groups", "floating_ips", "primary_ips", "volumes"];

/** One random thing to do; numbers are taken modulo what there is. */
const randomCall = fc.record({
  kind: fc.constantFrom(
    "server",
    "network",
    "firewall",
    "floatingIp",
    "volume",
    "attach",
    "aliases",
    "assign",
    "unassign",
    "attachVolume",
    "apply",
    "poweroff",
    "delete",
    "wait",
  ),
  a: fc.nat(30),
  b: fc.nat(30),
});

type RandomCall = typeof randomCall extends fc.Arbitrary<infer S> ? S : never;

class Run {
  constructor(readonly api: TestApi) {}

  async everything(): Promise<Record<string, Body[]>> {
    const lists = kinds.map(async (kind) => [kind, (await this.api.call("GET", `/${kind}?per_page=50`)).body[kind]]);
    return Object.fromEntries(await Promise.all(lists));
  }

  /** The call that a step means, given what there is. */
  request({ kind, a, b }: RandomCall, all: Record<string, Body[]>): [method: string, path: string, body?: object] {
    const id = (of: string, index: number): number => all[of].at(index % Math.max(1, all[of].length))?.id ?? 999_999;
    const name = `n-${String(a % 6)}`;
    switch (kind) {
      case "server":
        return [
          "POST",
          "/servers",
          {
            name,
            server_type: "cx23",
            image: "debian-13",
            location: b % 3 === 0 ? "hel1" : "nbg1",
            networks: b % 2 === 0 ? [id("networks", b)] : [],
            volumes: b % 5 === 0 ? [id("volumes", b)] : [],
          },
        ];
      case "network": {
        const ip_range = b % 2 === 0 ? "10.0.0.0/16" : "10.0.0.0/8";
        const subnets = [{ type: "cloud", network_zone: "eu-central", ip_range: "10.0.1.0/29" }];
        return ["POST", "/networks", { name, ip_range, subnets }];
      }
      case "firewall":
        return ["POST", "/firewalls", { name, apply_to: [{ type: "server", server: { id: id("servers", b) } }] }];
      case "floatingIp":
        return [
          "POST",
          "/floating_ips",
          { name, type: "ipv4", ...(b % 2 ? { server: id("servers", b) } : { home_location: "nbg1" }) },
        ];
      case "volume":
        return [
          "POST",
          "/volumes",
          { name, size: 10, ...(b % 2 ? { server: id("servers", b) } : { location: "nbg1" }) },
        ];
      case "attach":
        return [
          "POST",
          `/servers/${String(id("servers", a))}/actions/attach_to_network`,
          { network: id("networks", b), ...(b % 3 === 0 && { ip: `10.0.1.${String(b % 9)}` }) },
        ];
      case "aliases":
        return [
          "POST",
          `/servers/${String(id("servers", a))}/actions/change_alias_ips`,
          { network: id("networks", b), alias_ips: [`10.0.1.${String(a % 9)}`, `10.0.1.${String(b % 9)}`] },
        ];
      case "assign":
        return ["POST", `/floating_ips/${String(id("floating_ips", a))}/actions/assign`, { server: id("servers", b) }];
      case "unassign":
        return ["POST", `/floating_ips/${String(id("floating_ips", a))}/actions/unassign`];
      case "attachVolume":
        return ["POST", `/volumes/${String(id("volumes", a))}/actions/attach`, { server: id("servers", b) }];
      case "apply": {
        const apply_to = [{ type: "server", server: { id: id("servers", b) } }];
        return ["POST", `/firewalls/${String(id("firewalls", a))}/actions/apply_to_resources`, { apply_to }];
      }
      case "poweroff":
        return ["POST", `/servers/${String(id("servers", a))}/actions/poweroff`];
      default: {
        const of = kinds[b % kinds.length];
        return ["DELETE", `/${of}/${String(id(of, a))}`];
      }
    }
  }
}

function expectSound(all: Record<string, Body[]>) {
  const nets = all.servers.flatMap((server) =>
    server.private_net.flatMap((net: Body) =>
      [net.ip, ...net.alias_ips].map((ip) => `${String(net.network)} ${String(ip)}`),
    ),
  );
  expect(nets).toHaveLength(new Set(nets).size);
  const publicIps = [...all.primary_ips, ...all.floating_ips].map((ip) => ip.ip);
  expect(publicIps).toHaveLength(new Set(publicIps).size);
  const serverIds = new Set(all.servers.map((server) => server.id));
  for (const ip of all.floating_ips) expect([null, ...serverIds]).toContain(ip.server);
  for (const volume of all.volumes) {
    expect([null, ...serverIds]).toContain(volume.server);
    const server = all.servers.find((candidate) => candidate.id === volume.server);
    if (server !== undefined) expect(server.location.name).toBe(volume.location.name);
  }
  for (const network of all.networks) {
    const members = all.servers.filter((server) => server.private_net.some((net: Body) => net.network === network.id));
    expect(network.servers).toEqual(members.map((server) => server.id));
  }
}

test("whatever is asked for: no address twice, nothing refers to what is gone, a refusal leaves no trace", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(randomCall, { maxLength: 25 }), async (steps) => {
      const api = await new TestApi().start();
      const run = new Run(api);
      try {
        const network = await api.network("first", "10.0.0.0/16", "10.0.1.0/29");
        await api.server("first", { networks: [network.id] });
        await api.server("second");
        for (const next of steps) {
          if (next.kind === "wait") await api.clock.advance(next.a);
          const before = await run.everything();
          const answer = next.kind === "wait" ? undefined : await api.call(...run.request(next, before));
          const after = await run.everything();
          expectSound(after);
          expect(answer?.status ?? 200).toBeLessThan(500);
          if (answer !== undefined && answer.status >= 400) expect(after).toEqual(before);
        }
        // What was in memory is what is on the disk.
        await api.clock.advance(60);
        const last = await run.everything();
        await api.stop();
        await api.start();
        expect(await run.everything()).toEqual(last);
      } finally {
        await api.remove();
      }
    }),
    { numRuns: 12 },
  );
}, 120_000);
