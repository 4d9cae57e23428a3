import fc from "fast-check";
import { makeBlueprint, machinesWith, type Blueprint } from "../../blueprint/blueprint";
import { contains } from "../../blueprint/ranges";
import { rehearsal, settingsOf, settingsWith } from "./source";

const counts = fc.record({ machines: fc.integer({ min: 1, max: 200 }), instances: fc.integer({ min: 1, max: 8 }) });

function blueprintOf({ machines, instances }: { machines: number; instances: number }): Blueprint {
  return makeBlueprint(
    settingsWith({ "holdfast:app": { release: "./examples/guestbook", machines, instances, serverType: "cx33" } }),
  );
}

test("every machine and instance has a place of its own", () => {
  fc.assert(
    fc.property(counts, (count) => {
      const { machines, instances, network } = blueprintOf(count);
      const places = instances.map(({ address, port }) => `${address}:${port}`);
      expect(new Set(machines.map(({ privateAddress }) => privateAddress)).size).toBe(machines.length);
      expect(new Set(machines.map(({ serverName }) => serverName)).size).toBe(machines.length);
      expect(new Set(places).size).toBe(count.machines * count.instances);
      for (const { privateAddress } of machines) {
        expect(contains([network.subnet], privateAddress)).toBe(true);
        expect(privateAddress).not.toBe(network.gateway);
      }
    }),
    { numRuns: 30 },
  );
});

test("adding or removing machines changes nothing about another machine but whom it lets in", () => {
  fc.assert(
    fc.property(counts, fc.integer({ min: 1, max: 200 }), (before, machines) => {
      const after = blueprintOf({ ...before, machines });
      const kept = blueprintOf(before).machines.filter(({ name }) => after.machines.some((one) => one.name === name));
      const others = after.machines.map((machine) => ({ ...machine, firewallRules: [] }));
      for (const machine of kept) expect(others).toContainEqual({ ...machine, firewallRules: [] });
    }),
    { numRuns: 20 },
  );
});

test("no placement group holds more than the ten servers that Hetzner allows", () => {
  fc.assert(
    fc.property(counts, (count) => {
      const { machines, placementGroups } = blueprintOf(count);
      for (const group of placementGroups) {
        const members = machines.filter(({ placementGroup }) => placementGroup === group);
        expect(members.length).toBeGreaterThan(0);
        expect(members.length).toBeLessThanOrEqual(10);
      }
    }),
    { numRuns: 30 },
  );
});

test("instances of one machine fit into its memory", () => {
  fc.assert(
    fc.property(counts, (count) => {
      const { instances } = blueprintOf(count);
      const onFirst = instances.filter(({ machine }) => machine === "app-1");
      expect(onFirst.reduce((sum, { memory }) => sum + memory, 0)).toBeLessThanOrEqual(8 * 1024 - 512);
    }),
    { numRuns: 20 },
  );
});

describe("the first rehearsal", () => {
  const blueprint = makeBlueprint(rehearsal());

  test("is one load balancer and two app machines with two instances each", () => {
    expect(blueprint.machines.map(({ serverName, privateAddress }) => [serverName, privateAddress])).toEqual([
      ["local-load-balancer-1", "10.0.1.11"],
      ["local-app-1", "10.0.1.41"],
      ["local-app-2", "10.0.1.42"],
    ]);
    expect(blueprint.instances.map(({ name, port }) => `${name}:${port}`)).toEqual([
      "app-1-1:8001",
      "app-1-2:8002",
      "app-2-1:8001",
      "app-2-2:8002",
    ]);
  });

  test("labels tell stack, roles and machine", () => {
    expect(machinesWith(blueprint, "app")[0]?.labels).toEqual({ stack: "local", role: "app", machine: "app-1" });
  });

  test("only load balancers have a public IPv4 address, and only they let anything in from outside", () => {
    for (const { roles, publicIpv4, firewallRules } of blueprint.machines) {
      const entrance = roles.includes("loadBalancer");
      expect(publicIpv4).toBe(entrance);
      expect(firewallRules.some(({ machineOnly, side }) => side === "public" && !machineOnly)).toBe(entrance);
    }
    expect(blueprint.firewalls.app?.rules).toEqual([]);
  });

  test("nothing in it can be changed on its way", () => {
    expect(() => {
      (blueprint.machines[0] as { name: string }).name = "other";
    }).toThrow(TypeError);
  });
});

test("without a load balancer machine the app machine takes that role", () => {
  const settings = settingsOf("staging");
  const { machines, firewalls } = makeBlueprint({
    ...settings,
    loadBalancer: { ...settings.loadBalancer, machines: 0 },
    database: undefined,
  });
  expect(machines).toMatchObject([{ name: "app-1", roles: ["app", "loadBalancer"], publicIpv4: true }]);
  expect(Object.keys(firewalls)).toEqual(["app-load-balancer"]);
});

test("every machine lets in who comes from the rung above or below, by the way that is the way in there", () => {
  const rungs = [0, 1, 2].map((machines) =>
    makeBlueprint(
      settingsWith({
        "holdfast:app": { release: "./examples/guestbook" },
        "holdfast:loadBalancer": { machines },
        "holdfast:database": { machines: 1 },
      }),
    ),
  );
  const waysIn = rungs.map((rung) => machinesWith(rung, "loadBalancer").map(({ privateAddress }) => privateAddress));
  for (const { machines } of rungs) {
    const behind = machines.filter(({ name }) => name === "database-1" || name === "app-1");
    for (const { firewallRules, privateAddress: own } of behind) {
      const from = firewallRules.filter(({ purpose }) => purpose === "jump hosts").flatMap((rule) => rule.from);
      for (const way of waysIn.flat()) if (way !== own) expect(from).toContain(way);
    }
  }
});

test("an app machine's SSH connections are let in by the database alone", () => {
  const { machines } = makeBlueprint(settingsOf("prod"));
  const apps = machines.filter(({ roles }) => roles.includes("app")).map(({ privateAddress: address }) => address);
  const letIn = machines.filter(({ firewallRules }) =>
    firewallRules.some(({ ports: range, from }) => range?.[0] === 22 && from.some((one) => apps.includes(one))),
  );
  expect(letIn.map(({ name }) => name)).toEqual(["database-1"]);
});

test("the first app machine lets admins in before the last load balancer goes, behind Hetzner's firewall", () => {
  const { firewalls, machines } = makeBlueprint(rehearsal());
  const toSsh = (name: string) =>
    machines
      .find((machine) => machine.name === name)
      ?.firewallRules.filter(({ side, ports: range }) => side === "public" && range?.[0] === 22);
  expect(toSsh("app-1")).toMatchObject([{ machineOnly: true }]);
  expect(toSsh("app-2")).toEqual([]);
  expect(firewalls.app?.rules).toEqual([]);
});

test("a second load balancer changes nothing about the first one, but that both know each other", () => {
  const [alone, ...others] = makeBlueprint(rehearsal()).machines;
  const [first, second, ...rest] = makeBlueprint(rehearsal({ loadBalancers: 2 })).machines;
  expect({ ...first, firewallRules: [] }).toEqual({ ...alone, firewallRules: [] });
  expect(second).toMatchObject({ name: "load-balancer-2", privateAddress: "10.0.1.12", floatingIp: true });
  expect(second?.placementGroup).toBe(first?.placementGroup);
  expect(rest.map(({ name, privateAddress }) => [name, privateAddress])).toEqual(
    others.map(({ name, privateAddress }) => [name, privateAddress]),
  );
});
