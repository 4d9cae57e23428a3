import { configured } from "./context";

// What a person reviews when a role changes: every file of one machine of each kind, as it will be there.
test.each(["load-balancer-1", "app-1"])("files of %s", (machine) => {
  const { files, packages, units, checks } = configured(machine);
  for (const [path, { content, ...attributes }] of Object.entries(files)) {
    expect(`${JSON.stringify(attributes)}\n${content}`).toMatchSnapshot(path);
  }
  expect({ packages, units, checks }).toMatchSnapshot("packages, units and checks");
});

test.each(["load-balancer-1", "app-1"])("units of %s name files and archives that are there", (machine) => {
  const { files, archives, units } = configured(machine);
  const paths = [...Object.keys(files), ...Object.keys(archives)];
  for (const { restartOn = [], reloadOn = [] } of units) {
    for (const path of [...restartOn, ...reloadOn]) expect(paths).toContain(path);
  }
  expect(new Set(units.map(({ name }) => name)).size).toBe(units.length);
});

test("every file says who wrote it, in its first two lines", () => {
  for (const machine of ["load-balancer-1", "app-1"]) {
    for (const { content } of Object.values(configured(machine).files)) {
      expect(content.split("\n").slice(0, 2).join("\n")).toContain("Written by Holdfast");
      expect(content.endsWith("\n")).toBe(true);
    }
  }
});
