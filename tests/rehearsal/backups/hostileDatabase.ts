import type { Clone } from "../../../drills/frame/clone";
import { saidBy } from "../stack/succeeded";

/** Where a program of the database's would leave who ran it, if anybody with more rights than the app's role did. */
const trace = "/tmp/hostile-database";

/**
 * What an app that has turned on its stack makes in its database: tables whose names are commands for psql, and functions in
 * the place of all that a superuser asks for, which run whatever they may. Each statement is the app's own right.
 */
const hostile = `
  CREATE SCHEMA evil;
  CREATE TABLE evil.seen (who text, super text);
  CREATE FUNCTION evil.f() RETURNS bool LANGUAGE plpgsql AS $f$ BEGIN
    INSERT INTO evil.seen VALUES (current_user, current_setting('is_superuser'));
    EXECUTE 'COPY (SELECT current_user) TO PROGRAM ''cat >>${trace}''';
    EXECUTE 'ALTER ROLE app SUPERUSER';
    RETURN true;
  EXCEPTION WHEN OTHERS THEN RETURN true; END $f$;
  CREATE VIEW evil.pg_stat_user_tables AS SELECT * FROM pg_catalog.pg_stat_user_tables WHERE evil.f();
  CREATE VIEW evil.pg_class AS SELECT * FROM pg_catalog.pg_class WHERE evil.f();
  CREATE VIEW evil.pg_namespace AS SELECT * FROM pg_catalog.pg_namespace WHERE evil.f();
  CREATE FUNCTION evil.count(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint FROM evil.f()';
  CREATE FUNCTION evil.greatest_of(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint FROM evil.f()';
  CREATE TABLE "A\x1f1\x1f1\nb" ();
  CREATE TABLE "B\\! id >>${trace} #\x1f1\x1f1\nc" (n int);
  CREATE TABLE "; DROP TABLE kept; --" (n int);
  CREATE TABLE policed (n int);
  INSERT INTO policed VALUES (1), (2);
  ALTER TABLE policed ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
  CREATE POLICY p ON policed USING (evil.f() AND false);
  CREATE TABLE indexed (n int);
  CREATE FUNCTION evil.i(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $f$ BEGIN PERFORM evil.f(); RETURN $1; END $f$;
  CREATE INDEX ON indexed (evil.i(n));
  INSERT INTO indexed VALUES (1);
  CREATE UNLOGGED TABLE fleeting AS SELECT generate_series(1, 10);
  CREATE TABLE parted (n int) PARTITION BY RANGE (n);
  CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100);
  INSERT INTO parted SELECT generate_series(1, 50);
  CREATE MATERIALIZED VIEW later AS SELECT 1 WITH NO DATA;
  DELETE FROM evil.seen;`;

/** As user postgres, for a minute: a link in the place of each file that a program might write where this user may. */
const links = `
import os, time
places = ["/srv/database/holdfast-proof/copy/postgresql.conf", "/srv/database/holdfast-proof/postgresql.conf"]
until = time.time() + 60
while time.time() < until:
    for place in places:
        try:
            os.symlink("/var/lib/holdfast/planted", place)
        except OSError:
            pass
`;

/** Makes the database one that its app has turned against the stack. */
export async function turnHostile(clone: Clone): Promise<void> {
  saidBy(await clone.holdfast(["psql", "--", "-v", "ON_ERROR_STOP=1", "-c", hostile]));
  // An earlier version's app owned its database; what it has set for all sessions stays when the database gets another owner.
  const set = "ALTER DATABASE app SET search_path = evil, public, pg_catalog";
  const { code, stdout, stderr } = await clone.holdfast(["psql", "--", "-c", set]);
  if (code === 0) throw new Error(`the app's role may choose for all sessions: ${stdout}${stderr}`);
  await clone.onMachine("database-1", `cd / && runuser -u postgres -- psql -Xqc '${set}' postgres`);
}

/** Lets the user postgres lay links while something runs on the database machine. */
export async function whileLinksAreLaid(clone: Clone, work: () => Promise<void>): Promise<void> {
  const program = `echo ${Buffer.from(links).toString("base64")} | base64 -d`;
  await clone.onMachine(
    "database-1",
    `systemd-run --quiet --unit=lays-links --uid=postgres sh -c '${program} | python3 -'`,
  );
  try {
    await work();
  } finally {
    await clone.onMachine("database-1", "systemctl stop lays-links.service");
  }
}

/** What the app has gained: superusers beside the real one, traces of programs that ran, calls by others, files of root's. */
export async function gained(clone: Clone): Promise<string> {
  const superusers = "SELECT rolname FROM pg_roles WHERE rolsuper AND rolname <> $$postgres$$";
  const calls = "SELECT DISTINCT who FROM evil.seen WHERE who <> $$app$$";
  const ask = (database: string, statement: string) =>
    `runuser -u postgres -- env PGOPTIONS='-c search_path=pg_catalog' psql -XqAt -d ${database} -c '${statement}'`;
  const files = `ls ${trace} /var/lib/holdfast/planted 2>/dev/null || true; find /tmp -path '*${trace.slice(5)}*'`;
  return clone.onMachine("database-1", `cd /; ${ask("postgres", superusers)}; ${ask("app", calls)}; ${files}`);
}

/** Undoes it. */
export async function turnFriendly(clone: Clone): Promise<void> {
  const drop = `DROP SCHEMA evil CASCADE; DROP TABLE "A\x1f1\x1f1\nb", "B\\! id >>${trace} #\x1f1\x1f1\nc", "; DROP TABLE kept; --",
    policed, indexed, fleeting, parted; DROP MATERIALIZED VIEW later`;
  saidBy(await clone.holdfast(["psql", "--", "-c", drop]));
  const reset = "ALTER DATABASE app RESET search_path";
  await clone.onMachine("database-1", `cd / && runuser -u postgres -- psql -Xqc '${reset}' postgres`);
}
