import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { makeBlueprint } from "../../blueprint/blueprint";
import { database } from "../../roles/database/database";
import { sandbox } from "../../roles/sandbox";
import type { RoleFile } from "../../roles/types";
import { monitor } from "../../roles/monitor/monitor";
import { watched as figures } from "../../roles/monitor/watched";
import { rehearsal, repository, settingsWith, watchedSettings } from "../blueprint/source";
import { testWhere } from "../support/needs";
import { configured, contextOf } from "./context";
import { judge } from "./debian";

/** `systemd-analyze security` gives each unit 0 (all is shut) to 10 (it may do what root may). */
const most = { ours: 3.5, debian: 5 } as const;

const pair = rehearsal({ loadBalancers: 2 });
const withHttps = settingsWith({ "holdfast:loadBalancer": { machines: 2 }, "holdfast:https": {} });
const folder = "/etc/systemd/system";

/** Units that are files of the machine, and drop-ins for Debian's by the unit that they are for. */
function unitsOf(configured: Readonly<Record<string, RoleFile>>): { name: string; files: string[] }[] {
  const units = new Map<string, string[]>();
  for (const [path, { content }] of Object.entries(configured)) {
    if (!path.startsWith(folder) || !/\.(service|conf)$/.test(path)) continue;
    const name = path.endsWith(".conf") ? basename(dirname(path)).replace(/\.d$/, "") : basename(path);
    units.set(name, [...(units.get(name) ?? []), content]);
  }
  return [...units].map(([name, files]) => {
    const template = units.get(name.replace(/@.+\./, "@.")) ?? [];
    return { name: name.replace("@.", "@1."), files: template === files ? files : [...template, ...files] };
  });
}

/** What systemd says of a unit: its verdict, and the figure. */
function exposure(name: string, files: readonly string[], threshold: number) {
  const debian = `/usr/lib/systemd/system/${name}`;
  const analyse = `systemd-analyze security --no-pager --offline=yes --threshold=${threshold * 10} %s`;
  const { code, output } = judge(
    `if test -e ${debian}; then cat ${debian} %s >%s.all && mv %s.all %s; fi; ${analyse}`,
    files.join("\n"),
    name,
  );
  return { code, figure: Number(/exposure level for \S+ ([\d.]+)/.exec(output)?.[1]), output };
}

/** The one unit of the provider's that does not carry an apply. It is Python's, so it repeats the list. */
const returnUnit = /^RETURN_UNIT = """\\\n([\s\S]*?)"""/m.exec(
  readFileSync(join(repository, "provider/machine/onMachine/installing.py"), "utf8"),
)?.[1];

test("the unit that puts instances back after a boot has the sandbox of the others", () => {
  expect(returnUnit?.split("\n")).toEqual(expect.arrayContaining([...sandbox]));
});

/** systemd-analyze(1): it looks at unit files of units that do not run since version 250. */
const version = Number(/^systemd (\d+)/.exec(judge("systemd-analyze --version", "").output)?.[1] ?? 0);

const backedUp = settingsWith({ "holdfast:database": { volumeSize: 10 }, "holdfast:backup": {} });
const watched = watchedSettings();
const configurations = {
  "each machine of a stack with a monitor": figures(contextOf("app-1", watched).machine).files ?? {},
  "its database": database(makeBlueprint(watched)).files,
  "its monitor": watched.monitor ? (monitor(makeBlueprint(watched), watched.monitor).files ?? {}) : {},
  "load-balancer-1": configured("load-balancer-1", pair).files,
  "load-balancer-1 with https": configured("load-balancer-1", withHttps).files,
  "app-1": configured("app-1", pair).files,
  "database-1": database(makeBlueprint(backedUp)).files,
};

describe.each(Object.entries(configurations))("on %s", (_machine, files) => {
  const units = [...unitsOf(files), { name: "holdfast-return.service", files: [returnUnit ?? ""] }];

  testWhere(version >= 250).each(units)("$name is shut in", ({ name, files }) => {
    const threshold =
      name.includes("holdfast") || name.startsWith("app") || name.startsWith("prometheus") ? most.ours : most.debian;
    const { code, figure, output } = exposure(name, files, threshold);
    expect(figure).toBeGreaterThan(0);
    expect({ code, output: code === 0 ? "" : output }).toEqual({ code: 0, output: "" });
  });
});
