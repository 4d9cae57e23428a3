import type { Settings } from "../../../blueprint/settings";
import { appPaths } from "../../../roles/app/paths";
import { rehearsal } from "../../blueprint/source";
import { runPython } from "../../support/python";
import { configured } from "../context";

/** The rehearsal with an app that says more about itself. */
function withManifest(manifest: Partial<Settings["release"]["manifest"]>): Settings {
  const settings = rehearsal({ loadBalancers: 2 });
  return { ...settings, release: { ...settings.release, manifest: { ...settings.release.manifest, ...manifest } } };
}

const unitNames = (machine: string, settings: Settings) => configured(machine, settings).units.map(({ name }) => name);

test("each instance is drained before it is stopped, watched when it is healthy, and then back in rotation", () => {
  const { units } = configured("app-2", withManifest({}));
  expect(units.filter(({ name }) => name.startsWith("app@"))).toMatchObject(
    [1, 2].map((number) => ({
      beforeStop: `/usr/local/sbin/holdfast-rotation out ${number}`,
      healthyFor: 5,
      afterHealthy: `/usr/local/sbin/holdfast-rotation in ${number}`,
    })),
  );
});

test("the release has a name in previews, and five of them stay on the machine", () => {
  const archive = configured("app-1", withManifest({ version: "1.4.0" })).archives[appPaths.release];
  expect(archive).toMatchObject({ label: "guestbook 1.4.0", keep: 5 });
});

test("whoever drains knows all load balancers, be it the machine itself", () => {
  const balancers = (settings: Settings) => {
    const { content } = configured("app-1", settings).files["/etc/holdfast/agent.json"] ?? { content: "{}" };
    return (JSON.parse(content) as { loadBalancers: unknown }).loadBalancers;
  };
  expect(balancers(withManifest({}))).toEqual([
    { name: "load-balancer-1", address: "10.0.1.11" },
    { name: "load-balancer-2", address: "10.0.1.12" },
  ]);
  expect(balancers(rehearsal({ loadBalancers: 0 }))).toEqual([{ name: "app-1", address: "10.0.1.41" }]);
});

test("a migration runs on the first app machine only, before its first instance", () => {
  const settings = withManifest({ migrate: "python3 migrate.py" });
  const names = unitNames("app-1", settings);
  expect(names.indexOf("app-migrate.service")).toBeGreaterThan(-1);
  expect(names.indexOf("app-migrate.service")).toBeLessThan(names.indexOf("app@1.service"));
  expect(unitNames("app-2", settings)).not.toContain("app-migrate.service");
  expect(unitNames("app-1", withManifest({ migrate: undefined }))).not.toContain("app-migrate.service");
});

test("each app machine can tell what the database has; another volume is another database", () => {
  const database = { machines: 1, serverType: "cx23", volumeSize: 10 } as const;
  const withDatabase = { ...withManifest({ migrate: "python3 migrate.py" }), database };
  const { units } = configured("app-1", withDatabase);
  const migrate = units.find(({ name }) => name === "app-migrate.service");
  expect(migrate?.restartOn).toContain(appPaths.databaseVolume);
  expect(configured("app-2", withManifest({ migrate: "python3 migrate.py" })).files).toHaveProperty([
    appPaths.migrations,
  ]);
  expect(configured("app-2", withManifest({ migrate: undefined })).files).not.toHaveProperty([appPaths.migrations]);
});

test("the migration program's own tests pass", () => runPython(__dirname, "test_migrations"));

test("a migration and an instance are told the same and may do the same", () => {
  const { files } = configured("app-1", withManifest({ migrate: "python3 migrate.py" }));
  const lines = (path: string) =>
    (files[path]?.content ?? "").split("\n").filter((line) => /^(EnvironmentFile|User|ProtectSystem|State)/.test(line));
  expect(lines(appPaths.migrateUnit)).toEqual(lines(appPaths.unit).map((line) => line.replace("%i", "1")));
});

test("the release's way to be debugged is a script of its own, and its port is known on the machine", () => {
  const { files } = configured("app-1", withManifest({ debug: { start: "python3 -X dev guestbook.py", port: 9229 } }));
  expect(files[appPaths.debug]?.content).toMatch(/\npython3 -X dev guestbook\.py\n$/);
  expect(JSON.parse(files["/etc/holdfast/agent.json"]?.content ?? "{}")).toMatchObject({ debugPort: 9229 });
  expect(configured("app-1", withManifest({ debug: undefined })).files[appPaths.debug]).toBeUndefined();
});
