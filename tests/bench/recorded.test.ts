import { GROWTH_LIMIT } from "../../bench/manyMachines";
import { RATIO_AIM } from "../../bench/preview";
import { aimInWords, readResults } from "../../drills/frame/benchResult";
import { THROUGHPUT_AIM } from "../../bench/throughput";

// What is claimed of recorded figures, held to the figures themselves and not to what a result says about them.

function recorded(wanted: string) {
  const result = readResults().find(({ name }) => name === wanted);
  if (!result) throw new Error(`bench/results has no ${wanted}`);
  const median = (series: string) => {
    const measured = result.measurements[series];
    if (!measured) throw new Error(`${wanted} has no "${series}"`);
    return measured.median;
  };
  return { ...result, median };
}

test("two hundred machines: the last hundred take no more than the first, each", () => {
  const { aims, median, what } = recorded("many-machines");
  const each = (from: number, to: number) => median(`processor time of each machine from ${from} to ${to}`);
  const growth = each(101, 200) / each(2, 101);
  expect(growth).toBeLessThanOrEqual(GROWTH_LIMIT);
  expect(aims).toEqual([{ figure: "growth", value: Number(growth.toFixed(2)), most: GROWTH_LIMIT, met: true }]);
  expect(what).toContain(`took ${Number(growth.toFixed(2))} times`);
});

test("previews: the file says how many times an empty program they take, and whether that is what was aimed at", () => {
  const { aims = [], median, what } = recorded("preview");
  const ratio = Number((median("local stack") / median("empty program")).toFixed(2));
  const aim = { figure: "ratio", value: ratio, most: RATIO_AIM, met: ratio <= RATIO_AIM };
  expect(aims).toEqual([aim]);
  expect(what).toContain(`${ratio} times an empty TypeScript program (${aimInWords(aim)})`);
});

test("throughput: what visitors come for gets through the pair as through a minimal HAProxy, in every run", () => {
  const { measurements } = recorded("throughput");
  const ratios = measurements["the page: pair against minimal, run by run"]?.values ?? [];
  expect(ratios.length).toBeGreaterThanOrEqual(5);
  expect(Math.min(...ratios)).toBeGreaterThanOrEqual(THROUGHPUT_AIM);
});
