import fc from "fast-check";
import { makeBlueprint, machinesWith } from "../../blueprint/blueprint";
import { databaseAddresses } from "../../blueprint/database";
import { databaseMemory, instanceMemory, systemMemory } from "../../blueprint/memory";
import { serverTypeNames, serverTypes } from "../../catalog";
import { settingsWith } from "./source";

const app = { release: "./examples/guestbook" };

test("without the section there is no database, no machine and no role for it", () => {
  const blueprint = makeBlueprint(settingsWith({ "holdfast:app": app }));
  expect(blueprint.database).toBeUndefined();
  expect(machinesWith(blueprint, "database")).toEqual([]);
});

test("on a machine of its own: private, open to app machines on PostgreSQL's port and its pool's, and to jump hosts", () => {
  const blueprint = makeBlueprint(settingsWith({ "holdfast:app": { ...app, machines: 2 }, "holdfast:database": {} }));
  const [machine] = machinesWith(blueprint, "database");
  expect(machine).toMatchObject({
    name: "database-1",
    privateAddress: "10.0.1.21",
    publicIpv4: false,
    roles: ["database"],
  });
  for (const port of [5432, 6432]) {
    const rules = machine?.firewallRules.filter(({ ports }) => ports?.[0] === port);
    expect(rules).toEqual([expect.objectContaining({ side: "private", from: ["10.0.1.41", "10.0.1.42"] })]);
  }
  expect(machine?.firewallRules.every(({ side }) => side === "private")).toBe(true);
});

test("on the app machine: no machine more, and instances leave it a quarter", () => {
  const alone = makeBlueprint(settingsWith({ "holdfast:app": app }));
  const shared = makeBlueprint(settingsWith({ "holdfast:app": app, "holdfast:database": { machines: 0 } }));
  expect(shared.machines.map(({ name }) => name)).toEqual(alone.machines.map(({ name }) => name));
  expect(shared.database).toMatchObject({ machine: "app-1", address: "10.0.1.41", memory: 1024 });
  expect(alone.instances[0]?.memory).toBe((4096 - 512) / 2);
  expect(shared.instances[0]?.memory).toBe((4096 - 512 - 1024) / 2);
});

test("moving changes the address, the memory and what goes by it, and nothing by which the data is known", () => {
  const at = (machines: number) =>
    makeBlueprint(settingsWith({ "holdfast:app": app, "holdfast:database": { machines } })).database;
  const [shared, apart] = [at(0), at(1)];
  const same = { machine: "", address: "", memory: 0, connections: 0 };
  expect({ ...shared, ...same }).toEqual({ ...apart, ...same });
  expect(databaseAddresses).toEqual([apart?.address, shared?.address]);
});

test("database, instances and system together never have more memory than the machine", () => {
  const sizes = fc.record({
    serverType: fc.constantFrom(...serverTypeNames),
    instances: fc.integer({ min: 1, max: 32 }),
    machines: fc.constantFrom(0, 1),
  });
  fc.assert(
    fc.property(sizes, ({ serverType, instances, machines }) => {
      const settings = { machines, serverType, volumeSize: 10 };
      const { app: written } = settingsWith({ "holdfast:app": app });
      const sized = { ...written, serverType, instances };
      const shared = machines === 0 ? databaseMemory(settings, sized) : 0;
      const used = instances * instanceMemory(sized, settings) + shared + systemMemory;
      expect(used).toBeLessThanOrEqual(serverTypes[serverType].memory * 1024);
    }),
  );
});

test("a database without a machine asks for exactly one app machine", () => {
  expect(() => settingsWith({ "holdfast:app": { ...app, machines: 2 }, "holdfast:database": { machines: 0 } })).toThrow(
    /holdfast:database\.machines: 0 is not possible with 2 app machines/,
  );
});
