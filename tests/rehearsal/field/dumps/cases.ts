/** A dump, and what has to come of it. */
export interface Case {
  readonly name: string;
  /** Shell command that writes the dump. */
  readonly make: string;
  /** Address of a server, instead of a dump. */
  readonly from?: string;
  /** What is asked of the loaded database. @default whether all of the old one is there */
  readonly sql?: string;
  /** What that answers; absent: the dump is refused. */
  readonly found?: string;
  /** What is said. */
  readonly said?: readonly (string | RegExp)[];
}

/** The old server's port, beside the stack's own. */
export const port = 5544;

/** Everything that tests/rehearsal/field/dumps/source.sql makes, in one line. */
export const fingerprint = `SELECT (SELECT count(*) || ' ' || md5(string_agg(g::text, '|' ORDER BY id)) FROM guests g)
  || ' ' || (SELECT count(*) FROM named) || ' ' || (SELECT count(*) FROM parted) || ' ' || (SELECT count(*) FROM fleeting)
  || ' ' || (SELECT last_value FROM tickets) || ' ' || atomic(7) || ' ' || (SELECT encode(b, 'hex') FROM bytes)
  || ' ' || (SELECT count(*) FROM policed) || ' ' || (SELECT md5(lo_get(4242)))`;

const asPostgres = "runuser -u postgres --";
const dump = (options = "", database = "old") => `${asPostgres} pg_dump -p ${port} ${options} ${database}`;
const all = (options = "") => `${asPostgres} pg_dumpall -p ${port} ${options}`;
/** The text itself; backslashes as they are. */
const text = (...lines: readonly string[]) => `cat <<'END_OF_DUMP'\n${lines.join("\n")}\nEND_OF_DUMP`;
const bytes = (printed: string) => `printf '${printed}'`;

/** What the old database has and this one cannot, as it is told of each way to dump it. */
const leftOut = [
  "left out: extension pg_stat_statements",
  "left out: extension postgres_fdw",
  "left out: foreign server far",
  "left out: foreign table public.abroad",
  'left out: policy theirs of table public.policed, for a role that is not here: reader, "web anon"',
  "left out: publication all_tables",
  "left out: subscription taken",
  "left out: rights of role reader",
  "left out: event trigger guarded",
];

/** Each form in which pg_dump writes the old database; `WHOLE` stands for what the old server answers to `fingerprint`. */
export const WHOLE = "as it was";
const forms: readonly [string, string][] = [
  ["SQL, with owners, rights, policies and extensions", dump()],
  ["the custom format", dump("-Fc")],
  ["the custom format, gzipped", `${dump("-Fc")} | gzip`],
  ["the custom format, compressed by zstd inside", dump("-Fc -Z zstd")],
  ["the tar format", dump("-Ft")],
  ["SQL, gzipped", `${dump()} | gzip`],
  ["SQL, compressed by xz", `${dump()} | xz`],
  ["a packed folder", `cd /var/tmp && rm -rf dir && ${dump("-Fd -f dir")} && tar -c dir`],
  ["a packed folder, gzipped", `cd /var/tmp && rm -rf dir && ${dump("-Fd -j 2 -f dir")} && tar -cz -C dir .`],
  ["--create --clean --if-exists", dump("-C --clean --if-exists")],
  ["--clean", dump("--clean")],
  ["--clean in the custom format", dump("--clean -Fc")],
  ["--inserts", dump("--inserts")],
  ["--column-inserts --rows-per-insert", dump("--column-inserts --rows-per-insert=100")],
  ["--no-owner --no-privileges", dump("--no-owner --no-privileges")],
  ["pg_dumpall", all("--exclude-database=small")],
  ["pg_dumpall --clean --if-exists", all("--clean --if-exists --exclude-database=small")],
  ["SQL with line ends of Windows", `${dump()} | sed 's/$/\\r/'`],
  ["SQL with the mark of UTF-8", `printf '\\357\\273\\277'; ${dump()}`],
];

const table = "CREATE TABLE a (i int);";
const rows = ["COPY a FROM stdin;", "1", "\\.", ""];
const count = "SELECT count(*) FROM a";

export const cases: readonly Case[] = [
  ...forms.map(([name, make]) => ({
    name,
    make,
    found: WHOLE,
    said: name.startsWith("--no-owner") ? leftOut.filter((one) => !one.includes("rights")) : leftOut,
  })),
  {
    name: "settings of the old database, which only --create has",
    make: dump("-C"),
    found: WHOLE,
    said: [
      "left out: a setting of the old database: statement_timeout",
      "left out: a setting of role reader: work_mem",
    ],
  },
  { name: "pg_dumpall of two databases", make: all(), said: ["several databases, among them old and small"] },
  { name: "-n public", make: dump("-Fc -n public", "small"), sql: count, found: "1" },
  { name: "-n public as SQL", make: dump("-n public", "small"), sql: count, found: "1" },
  {
    name: "-n public of what needs more than that",
    make: dump("-n public"),
    said: [/`-n` or `-t` leaves all extensions/, 'type "public.hstore" does not exist'],
  },
  { name: "--schema-only", make: dump("--schema-only", "small"), sql: count, found: "0", said: ["has no rows at all"] },
  { name: "--data-only", make: dump("--data-only", "small"), said: ["rows and no tables (`pg_dump --data-only`)"] },
  { name: "a cut file", make: `${dump()} | head -c 60000`, said: [/cut: the file ends within the rows/] },
  { name: "one without its end", make: `${dump()} | head -n -6`, said: ["the end of the file is missing"] },
  { name: "a cut custom format", make: `${dump("-Fc")} | head -c 30000`, said: [/pg_restore failed[^]*end of file/] },
  { name: "a cut gzip file", make: `${dump()} | gzip | head -c 9000`, said: ["the end of the gzip file is missing"] },
  { name: "a broken custom format, gzipped", make: "echo PGDMPnonsense | gzip", said: [/pg_restore failed.*: ./] },
  { name: "an empty file", make: "true", said: ["the file is empty"] },
  { name: "no dump", make: text("Dear Sir or Madam,"), said: ["pg_dump did not write this"] },
  { name: "a photo", make: bytes("\\211PNG\\r\\n\\032\\n\\0\\0\\0"), said: ["pg_dump did not write this"] },
  { name: "PowerShell's text", make: bytes("\\377\\376C\\0"), said: ["UTF-16, as PowerShell"] },
  { name: "a dump of MySQL", make: text("-- MySQL dump 10.13"), said: ["a dump of MySQL"] },
  { name: "no tables", make: text("SELECT 1;"), said: ["the dump has no tables"] },
  {
    name: "broken text of a database without an encoding",
    make: `${text("SET client_encoding = 'SQL_ASCII';", "CREATE TABLE a (t text);", "COPY a FROM stdin;", "Gr\\374\\337e", "\\.")}`,
    said: ["the old database has no encoding (SQL_ASCII)", "line 3 was refused"],
  },
  {
    name: "the same as INSERT",
    make: bytes(
      "SET client_encoding = \\047SQL_ASCII\\047; CREATE TABLE a (t text); INSERT INTO a VALUES (\\047\\374\\047);\\n",
    ),
    said: ["the old database has no encoding (SQL_ASCII)"],
  },
  {
    name: "good text of a database without an encoding",
    make: text("SET client_encoding = 'SQL_ASCII';", "CREATE TABLE a (t text);", "COPY a FROM stdin;", "grün", "\\."),
    sql: "SELECT upper(t) FROM a",
    found: "GRÜN",
  },
  {
    name: "LATIN1",
    make: bytes(
      "SET client_encoding = \\047LATIN1\\047; CREATE TABLE a (t text); INSERT INTO a VALUES (\\047\\374\\047);\\n",
    ),
    sql: "SELECT t FROM a",
    found: "ü",
  },
  {
    name: "a collation of the old C library",
    make: text('CREATE TABLE a (n text COLLATE pg_catalog."de_DE.utf8");'),
    said: ['"de-x-icu"', "line 1 was refused"],
  },
  {
    name: "the advice about it, followed",
    make: `echo 'CREATE TABLE a (n text COLLATE pg_catalog."de_DE.utf8");' | sed 's/"de_DE.utf8"/"de-x-icu"/g'`,
    sql: count,
    found: "0",
  },
  {
    name: "syntax of PostgreSQL 18",
    make: text("CREATE TABLE a (i int, d int GENERATED ALWAYS AS (i * 2));"),
    said: ["the dump is of a newer PostgreSQL, and this stack has 17"],
  },
  {
    name: "a dump of PostgreSQL 18 without anything new",
    make: text(
      ...["--", "-- PostgreSQL database dump", "--", "", "\\restrict abc", "", "-- Dumped from database version 18.1"],
      ...["SET transaction_timeout = 0;", "SET of_another_version = 1;", "CREATE TABLE a (i int);", ...rows],
      ...["--", "-- PostgreSQL database dump complete", "--", "", "\\unrestrict abc"],
    ),
    sql: count,
    found: "1",
  },
  {
    name: "a dump of PostgreSQL 9.6",
    make: text(
      ...["-- PostgreSQL database dump", "SET row_security = off;", "SET search_path = public, pg_catalog;"],
      ...["CREATE EXTENSION IF NOT EXISTS plpgsql WITH SCHEMA pg_catalog;", "COMMENT ON EXTENSION plpgsql IS 'x';"],
      ...["SET default_tablespace = '';", "SET default_with_oids = false;", table, "ALTER TABLE a OWNER TO deploy;"],
      ...[...rows, "REVOKE ALL ON SCHEMA public FROM PUBLIC;", "REVOKE ALL ON SCHEMA public FROM postgres;"],
      ...["GRANT ALL ON SCHEMA public TO postgres;", "GRANT ALL ON SCHEMA public TO PUBLIC;"],
      "-- PostgreSQL database dump complete",
    ),
    sql: count,
    found: "1",
  },
  {
    name: "tablespaces, table types and labels that are not here",
    make: text(
      ...["CREATE TABLESPACE fast LOCATION '/fast';", "SET default_tablespace = fast;", table],
      ...["SET default_tablespace = '';", "SET default_table_access_method = columnar;"],
      "SECURITY LABEL FOR anon ON COLUMN public.a.i IS 'x';",
    ),
    sql: count,
    found: "0",
    said: [
      "left out: tablespace fast",
      "left out: the setting default_table_access_method",
      "left out: security label",
    ],
  },
  {
    name: "an extension that nothing here has",
    make: text("CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public;", "CREATE TABLE a (g public.geometry);"),
    said: ["left out: extension postgis", "extensions: [postgis]"],
  },
  {
    name: "one whose rows came along",
    make: text(
      ...["CREATE EXTENSION IF NOT EXISTS pg_cron WITH SCHEMA pg_catalog;", table, "COPY cron.job (jobid) FROM stdin;"],
      ...["1", "\\.", "", "SELECT pg_catalog.setval('cron.jobid_seq', 1, true);", ...rows],
    ),
    sql: count,
    found: "1",
    said: ["left out: the rows of cron.job"],
  },
  {
    name: "functions that look names up",
    make: text(
      ...["SET check_function_bodies = false;", "SELECT pg_catalog.set_config('search_path', '', false);"],
      "CREATE FUNCTION public.g(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT i';",
      "CREATE FUNCTION public.f(i int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT g(i)';",
      ...["CREATE TABLE public.a (i int, CHECK (public.f(i) > 0));", "COPY public.a FROM stdin;", "1", "\\."],
    ),
    sql: count,
    found: "1",
  },
  {
    name: "5,000 tables",
    make: 'for i in $(seq 5000); do echo "CREATE TABLE t$i (id serial PRIMARY KEY, t text);"; done',
    sql: "SELECT count(*) FROM pg_tables WHERE tableowner = 'app'",
    found: "5000",
  },
  {
    name: "two databases in one file",
    make: text("\\connect one", table, "\\connect two", table),
    said: ["several databases, among them one and two"],
  },
  {
    name: "rows that break their own rule",
    make: text(table, ...rows, "ALTER TABLE a ADD CHECK (i > 1);"),
    said: ["violated"],
  },
  {
    name: "its server, for another machine's user",
    make: "true",
    from: `postgresql://nobody@127.0.0.1:${port}/old`,
    said: [/./],
  },
  // Dumps that want more than to be loaded.
  { name: "COPY FROM PROGRAM", make: text(table, "COPY a FROM PROGRAM 'id';"), said: ["what only a superuser may"] },
  { name: "COPY of a file", make: text(table, "COPY a FROM '/etc/passwd';"), said: ["what only a superuser may"] },
  { name: "a command of psql", make: text(table, "\\! touch /tmp/hostile"), said: [/line 2: \\! is a command/] },
  { name: "SET ROLE", make: text("SET ROLE app;", table), said: ["permission denied to set role"] },
  { name: "ALTER SYSTEM", make: text("ALTER SYSTEM SET work_mem = 1;", table), said: ["what only a superuser may"] },
  {
    name: "roles, passwords and other databases",
    make: text(
      ...["\\connect postgres postgres", "CREATE ROLE hostile SUPERUSER;", "ALTER ROLE app PASSWORD 'x';", table],
      ...[
        "ALTER ROLE app SET search_path = hostile;",
        "ALTER DATABASE app SET search_path = hostile;",
        "DROP DATABASE app;",
      ],
    ),
    sql: count,
    found: "0",
    said: ["left out: role hostile", "left out: a setting of role app"],
  },
  {
    name: "functions that run with the rights of whoever calls",
    make: text(
      "CREATE FUNCTION f(i int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'ALTER ROLE app SUPERUSER';",
      "RETURN i; EXCEPTION WHEN OTHERS THEN RETURN i; END $$;",
      ...[table, "CREATE INDEX ON a (f(i));", ...rows, "CREATE VIEW pg_class AS SELECT f(1);"],
    ),
    sql: "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = 'app'",
    found: "f",
  },
];
