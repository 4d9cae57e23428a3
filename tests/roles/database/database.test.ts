import { join } from "node:path";
import { makeBlueprint } from "../../../blueprint/blueprint";
import { database } from "../../../roles/database/database";
import { databaseAgain, databasePaths as paths, databaseUnits as units, unitPath } from "../../../roles/database/paths";
import { mountUnit, volumeFile } from "../../../roles/database/volume";
import { appPaths } from "../../../roles/app/paths";
import { instanceDatabaseEnvironment } from "../../../roles/app/database";
import { settingsWith } from "../../blueprint/source";
import { testWhere } from "../../support/needs";
import { configured } from "../context";
import { debian, judge } from "../debian";

const release = join(__dirname, "../../../examples/guestbook");

const apart = settingsWith({
  "holdfast:app": { release, machines: 2, instances: 2 },
  "holdfast:database": { machines: 1 },
});
const shared = settingsWith({ "holdfast:app": { release }, "holdfast:database": { machines: 0 } });
const role = database(makeBlueprint(apart));
const text = (path: string, from = role) => from.files[path]?.content ?? "";

test("instances log in by password over TLS, from app machines' addresses and nowhere else; their pool on the machine", () => {
  const lines = text(paths.hba)
    .split("\n")
    .filter((line) => /^(local|host)/.test(line));
  expect(lines).toEqual([
    "local app app peer map=app",
    "local all holdfast_reader peer map=reader",
    "local /^app-import- holdfast_import peer map=import",
    "local all all peer",
    "hostssl app app,app_b 10.0.1.41/32 scram-sha-256",
    "hostssl app app,app_b 10.0.1.42/32 scram-sha-256",
  ]);
  expect(text(paths.ident)).toMatch(/^app pgbouncer app$/m);
  expect(text(paths.ident)).toMatch(/^import holdfast-import holdfast_import$/m);
});

test("where it shares the app machine, that machine is the only one let in, and it listens there", () => {
  const alone = database(makeBlueprint(shared));
  expect(text(paths.hba, alone)).toContain("hostssl app app,app_b 10.0.1.41/32 scram-sha-256");
  expect(text(paths.hba, alone)).not.toContain("10.0.1.42");
  expect(text(paths.postgresql, alone)).toContain("listen_addresses = '127.0.0.1,10.0.1.41'");
});

test("what was acknowledged is on the disk", () => {
  for (const line of ["fsync = on", "synchronous_commit = on", "full_page_writes = on"]) {
    expect(text(paths.reloadable).split("\n")).toContain(line);
  }
});

test("units come in the order in which they need each other", () => {
  const order = role.units.map(({ name }) => name);
  const own = Object.values(units);
  expect(order.filter((name) => (own as string[]).includes(name))).toEqual(own);
});

test("a setting that a reload is enough for never restarts PostgreSQL", () => {
  const unit = role.units.find(({ name }) => name === units.postgresql);
  expect(unit?.restartOn).not.toContain(paths.reloadable);
  expect(unit?.reloadOn).toEqual(expect.arrayContaining([paths.reloadable, paths.hba, paths.certificate, paths.key]));
});

test("a mount that fails is tried again, as often as it takes, and PostgreSQL with it", () => {
  expect(mountUnit(4711)).toMatch(
    new RegExp(`\\[Unit\\][^[]*\\nOnFailure=${databaseAgain}\\nStartLimitIntervalSec=0\\n`),
  );
  const again = text(unitPath(databaseAgain));
  expect(again).toContain(`ExecStart=/usr/bin/systemctl start ${units.postgresql}\nRestart=on-failure\n`);
  // Nobody but the failed mount starts it.
  expect(role.units.map(({ name }) => name)).not.toContain(databaseAgain);
});

test("the volume is mounted by its number, and a comment about its size is all that growing changes", () => {
  expect(mountUnit(4711)).toContain("What=/dev/disk/by-id/scsi-0HC_Volume_4711\nWhere=/srv/database\n");
  expect(volumeFile(4711, 10).replace("10", "20")).toBe(volumeFile(4711, 20));
});

test("instances are restarted by another password or authority, where there is a database at all", () => {
  const reactions = (settings: typeof apart) =>
    configured("app-1", settings).units.find(({ name }) => name === "app@1.service")?.restartOn;
  expect(reactions(apart)).toEqual(expect.arrayContaining([appPaths.databaseEnvironment, appPaths.databaseAuthority]));
  expect(reactions(settingsWith({ "holdfast:app": { release } }))).not.toContain(appPaths.databaseEnvironment);
});

test("instances get one URL, and believe only the database's own authority", () => {
  const login = { address: "10.0.1.21", port: 5432, database: "app", user: "app", password: "abc123" };
  expect(instanceDatabaseEnvironment(login)).toContain(
    'DATABASE_URL="postgresql://app:abc123@10.0.1.21:5432/app?sslmode=verify-full&sslrootcert=/etc/holdfast/app/database-ca.pem"\n',
  );
});

describe(`judged by the programs of ${debian.name}`, () => {
  const postgres = `${paths.programs}/postgres`;
  // The folder that candidates lie in here is root's alone, unlike /etc/postgresql.
  const readable = "chmod 0755 $(dirname %s)";
  const there = testWhere(judge(`test -x ${postgres} && id postgres`, "").code === 0);

  there("PostgreSQL reads its settings, all of them", () => {
    const both = `${text(paths.postgresql).replace("include_dir", "#")}${text(paths.reloadable)}`;
    const { content, validate = "" } = { ...role.files[paths.postgresql], content: both };
    // 896 MB in pages of 8 kB.
    expect(judge(`${readable} && ${validate} 2>/dev/null`, content)).toEqual({ code: 0, output: "114688\n" });
  });

  there("and refuses a broken one by the validate command that machines use", () => {
    const { validate = "" } = role.files[paths.postgresql] ?? {};
    const broken = text(paths.postgresql)
      .replace("huge_pages = try", "huge_pages = perhaps")
      .replace("include_dir", "#");
    const { code, output } = judge(`${readable} && ${validate}`, broken);
    expect(code).not.toBe(0);
    expect(output).toContain("huge_pages");
  });
});

test("extensions bring their packages, what PostgreSQL loads at its start, and are created in the app's database", () => {
  const extensions = ["pg_stat_statements", "postgis", "pg_cron", "timescaledb", "postgis_topology"];
  const { packages, files } = database(makeBlueprint(settingsWith({ "holdfast:database": { extensions } })));
  const unnamed = ["postgresql-17-cron", "postgresql-17-postgis-3", "postgresql-17-timescaledb"];
  expect(packages.filter((one) => one.startsWith("postgresql-17-")).sort()).toEqual(unnamed);
  expect(files[paths.postgresql]?.content).toContain(
    "shared_preload_libraries = 'timescaledb,pg_stat_statements,pg_cron'\ncron.database_name = 'app'\n",
  );
  expect(JSON.parse(files[paths.login]?.content as string)).toMatchObject({ extensions });
  expect(database(makeBlueprint(apart)).files[paths.postgresql]?.content).not.toContain("preload");
});
