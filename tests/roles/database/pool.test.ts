import { join } from "node:path";
import { makeBlueprint } from "../../../blueprint/blueprint";
import type { Database } from "../../../blueprint/database";
import { appPaths } from "../../../roles/app/paths";
import { instanceDatabaseEnvironment } from "../../../roles/app/database";
import { poolPaths as paths, poolUnit } from "../../../roles/database/pool/paths";
import { pool } from "../../../roles/database/pool/pool";
import { settingsWith } from "../../blueprint/source";
import { testWhere } from "../../support/needs";
import { configured } from "../context";
import { debian, has, judge } from "../debian";

const release = join(__dirname, "../../../examples/guestbook");
const settings = settingsWith({
  "holdfast:app": { release, machines: 2, instances: 2 },
  "holdfast:database": { machines: 1, pool: true },
});
const database = makeBlueprint(settings).database as Database;
const role = pool(database);
const text = (path: string) => role.files?.[path]?.content ?? "";

test("the pool is private, encrypted, and for instances' password only", () => {
  const ini = text(paths.configuration).split("\n");
  expect(ini).toEqual(
    expect.arrayContaining([
      "listen_addr = 10.0.1.21",
      "listen_port = 6432",
      "client_tls_sslmode = require",
      "auth_type = scram-sha-256",
      `auth_file = ${paths.users}`,
      "pool_mode = transaction",
      "default_pool_size = 20",
    ]),
  );
  expect(ini.find((line) => line.startsWith("max_prepared_statements"))).toMatch(/ = [1-9]/);
});

test("it does not run as the user who owns PostgreSQL's files, and is started again whatever ended it", () => {
  const dropIn = text(paths.dropIn).split("\n");
  expect(dropIn).toEqual(expect.arrayContaining(["User=pgbouncer", "Restart=always", "StartLimitIntervalSec=0"]));
  expect(text(paths.user)).toContain("u pgbouncer -");
});

test("a new password or certificate cuts nobody off", () => {
  const unit = role.units?.find(({ name }) => name === poolUnit);
  expect(unit?.reloadOn).toEqual(expect.arrayContaining([paths.users, paths.certificate, paths.key]));
  expect(unit?.restartOn).toEqual([paths.dropIn]);
});

test("instances come through the pool, and can come past it", () => {
  const login = { address: "10.0.1.21", port: 5432, poolPort: 6432, database: "app", user: "app", password: "abc123" };
  const environment = instanceDatabaseEnvironment(login);
  expect(environment).toContain('DATABASE_URL="postgresql://app:abc123@10.0.1.21:6432/app?sslmode=verify-full&');
  expect(environment).toContain('DATABASE_DIRECT_URL="postgresql://app:abc123@10.0.1.21:5432/app?sslmode=verify-full&');
});

test("migrations go straight to PostgreSQL, where the stack has one", () => {
  const script = (of: typeof settings) => configured("app-1", of).files[appPaths.migrate]?.content;
  expect(script(settings)).toContain('export DATABASE_URL="$DATABASE_DIRECT_URL"\nexec ');
  expect(script(settingsWith({ "holdfast:app": { release } }))).not.toContain("DATABASE");
});

describe(`judged by the programs of ${debian.name}`, () => {
  const there = testWhere(has("pgbouncer") && has("openssl"));

  /** Starts PgBouncer with the file, in a network that has its address, and tells what it said. */
  function start(ini: string) {
    const here = ini.replaceAll(/\/etc\/holdfast\/pool\//g, "$FOLDER/");
    const script = [
      "cd $(dirname %s) && chmod 0755 . && umask 022",
      "sed -i s,[$]FOLDER,$PWD, %s",
      'echo \'"app" "word"\' >users.txt',
      "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=pool -keyout server.key -out server.crt 2>/dev/null",
      "chown nobody server.key",
      "ip address add 10.0.1.21/32 dev lo && ip link set lo up",
      "{ setpriv --reuid=nobody --clear-groups pgbouncer %s >said 2>&1 & }",
      "for look in $(seq 100); do grep -qE 'process up|FATAL|ERROR' said && break; sleep 0.1; done",
      "kill -QUIT $! 2>/dev/null; cat said",
    ];
    return judge(script.join("; "), here).output;
  }

  there("PgBouncer takes all of its settings and listens", () => {
    const said = start(text(paths.configuration));
    expect(said).toContain("listening on 10.0.1.21:6432");
    expect(said).toContain("process up");
    expect(said).not.toMatch(/WARNING|ERROR|FATAL/);
  });

  there("and would not take others", () => {
    expect(start(text(paths.configuration).replace("pool_mode = transaction", "pool_mode = whatever"))).toMatch(
      /invalid value "whatever" for parameter pool_mode/,
    );
  });
});
