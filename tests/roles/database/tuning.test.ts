import fc from "fast-check";
import { databaseMemory } from "../../../blueprint/memory";
import { tuning } from "../../../roles/database/tuning";

const resources = fc.record({
  memory: fc.integer({ min: 512, max: 196_608 }),
  connections: fc.integer({ min: 30, max: 5_000 }),
  volume: fc.integer({ min: 10, max: 10_240 }),
});

test("PostgreSQL never plans with more memory than it has", () => {
  fc.assert(
    fc.property(resources, (has) => {
      const { sharedBuffers, effectiveCacheSize, maintenanceWorkMem } = tuning(has);
      expect(sharedBuffers + maintenanceWorkMem).toBeLessThanOrEqual(has.memory / 2);
      expect(effectiveCacheSize).toBeLessThanOrEqual(has.memory);
    }),
  );
});

test("if all connections sort at once, they take a quarter of the memory, unless that is next to nothing for each", () => {
  fc.assert(
    fc.property(resources, (has) => {
      const { workMem } = tuning(has);
      expect(workMem === 2 || workMem * has.connections <= has.memory / 4).toBe(true);
    }),
  );
});

test("the log takes a tenth of the volume at most, and PostgreSQL accepts its limits", () => {
  fc.assert(
    fc.property(resources, (has) => {
      const { minWalSize, maxWalSize } = tuning(has);
      expect(maxWalSize).toBeLessThanOrEqual((has.volume * 1024) / 10);
      // PostgreSQL refuses less than two segments of 16 MB.
      expect(minWalSize).toBeGreaterThanOrEqual(32);
      expect(minWalSize).toBeLessThan(maxWalSize);
    }),
  );
});

test("more memory never means less of anything", () => {
  fc.assert(
    fc.property(resources, fc.integer({ min: 0, max: 65_536 }), (has, more) => {
      const [small, large] = [tuning(has), tuning({ ...has, memory: has.memory + more })];
      for (const key of Object.keys(small) as (keyof typeof small)[]) {
        expect(large[key]).toBeGreaterThanOrEqual(small[key]);
      }
    }),
  );
});

test("a cx23 of its own and a quarter of a shared one, as people would expect them", () => {
  const app = { serverType: "cx23", instances: 2 } as Parameters<typeof databaseMemory>[1];
  const settings = { serverType: "cx23", volumeSize: 10 } as const;
  const has = (machines: number) => ({
    memory: databaseMemory({ ...settings, machines }, app),
    connections: 60,
    volume: 10,
  });
  expect(tuning(has(1))).toMatchObject({ sharedBuffers: 896, workMem: 14 });
  expect(tuning(has(0))).toMatchObject({ sharedBuffers: 256, workMem: 4 });
});
