import { keeperPaths } from "../../roles/loadBalancer/floatingIpKeeper/floatingIpKeeper";
import { floatingIpPaths } from "../../roles/loadBalancer/floatingIps";
import type { RoleFile } from "../../roles/types";
import { rehearsal } from "../blueprint/source";
import { configured } from "./context";

/** Programs are installed as they stand in this repository, where people read them anyway. */
function rendered(files: Readonly<Record<string, RoleFile>>): Record<string, RoleFile> {
  return Object.fromEntries(Object.entries(files).filter(([path]) => !path.startsWith("/usr/local/")));
}

// What a person reviews when a role changes: every file of one machine of each kind, as it will be there.
test.each(["load-balancer-1", "app-1"])("files of %s", (machine) => {
  const { files, packages, units, checks } = configured(machine);
  for (const [path, { content, ...attributes }] of Object.entries(rendered(files))) {
    expect(`${JSON.stringify(attributes)}\n${content}`).toMatchSnapshot(path);
  }
  expect({ packages, units, checks }).toMatchSnapshot("packages, units and checks");
});

test.each(["load-balancer-1", "app-1"])("units of %s name files and archives that are there", (machine) => {
  const { files, archives, units } = configured(machine);
  // Told by the component, once their content is known.
  const late = [floatingIpPaths.addresses, keeperPaths.configuration, keeperPaths.token];
  const paths: string[] = [...Object.keys(files), ...Object.keys(archives), ...late];
  for (const { restartOn = [], reloadOn = [] } of units) {
    for (const path of [...restartOn, ...reloadOn]) expect(paths).toContain(path);
  }
  expect(new Set(units.map(({ name }) => name)).size).toBe(units.length);
});

test("what a second load balancer adds to the first one", () => {
  const alone = configured("load-balancer-1").files;
  const pair = rendered(configured("load-balancer-1", rehearsal({ loadBalancers: 2 })).files);
  const added = Object.entries(pair).filter(([path]) => !(path in alone));
  expect(Object.fromEntries(added.map(([path, { content }]) => [path, content]))).toMatchSnapshot();
});

test("every file says who wrote it, in its first two lines", () => {
  for (const machine of ["load-balancer-1", "app-1"]) {
    const files = Object.entries(rendered(configured(machine).files));
    // JSON has no comments.
    for (const [, { content }] of files.filter(([path]) => !path.endsWith(".json"))) {
      expect(content.split("\n").slice(0, 2).join("\n")).toContain("Written by Holdfast");
      expect(content.endsWith("\n")).toBe(true);
    }
  }
});
