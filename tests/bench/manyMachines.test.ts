import { processorTime, resultOf } from "../../bench/manyMachines";

const samples = (seconds: number, memory: number) =>
  [1, 2, 3].map(() => ({ time: 2 * seconds, work: seconds, memory }));

test("what each further machine takes, and whether the last hundred take more than the first", () => {
  const { aims, measurements, what } = resultOf(
    new Map([
      [2, samples(3, 300)],
      [101, samples(3 + 99 * 0.05, 500)],
      [200, samples(3 + 99 * 0.05 + 99 * 0.06, 800)],
    ]),
  );
  expect(measurements["processor time of each machine from 2 to 101"]?.median).toBe(0.05);
  expect(measurements["processor time of each machine from 101 to 200"]?.median).toBe(0.06);
  expect(what).toContain("took 1.2 times the processor time of each of the first (aim: at most 1.1, missed)");
  expect(aims).toEqual([{ figure: "growth", value: 1.2, most: 1.1, met: false }]);
  expect(measurements["memory with 200 app machines"]).toMatchObject({ median: 800, unit: "MiB" });
});

test("a size that was not measured is no result", () => {
  expect(() => resultOf(new Map([[2, samples(3, 300)]]))).toThrow("nothing was measured");
});

test("what a command took is what the shell says of its children", () => {
  expect(processorTime("0m0.004s 0m0.001s\n1m2.230s 0m0.450s\n")).toBeCloseTo(62.68);
  expect(() => processorTime("0m0.004s 0m0.001s\n")).toThrow("does not tell the time of its children");
});
