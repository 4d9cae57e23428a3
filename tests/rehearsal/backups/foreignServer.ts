import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Clone } from "../../../drills/frame/clone";

/** Where it listens: beside what the machine may have of PostgreSQL already. */
const port = 5544;
const password = "it's a:secret";

/** What is in a table that is hard to carry: quotes, backslashes, tabs, lines, letters beyond ASCII, and nothing at all. */
const rows = `
  CREATE ROLE old_owner;
  CREATE TABLE guests (id int PRIMARY KEY, name text, since timestamptz NOT NULL);
  INSERT INTO guests SELECT n, CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN E'tab\\t, line\\n, \\\\. end'
    WHEN 2 THEN 'it''s' WHEN 3 THEN '' ELSE 'Grüße ' || n END, '2020-01-01'::timestamptz + n * interval '1 hour'
  FROM generate_series(1, 5000) n;
  CREATE VIEW named AS SELECT id FROM guests WHERE name IS NOT NULL;
  CREATE SEQUENCE tickets START 77;
  ALTER TABLE guests OWNER TO old_owner;
  CREATE ROLE reader LOGIN SUPERUSER PASSWORD 'it''s a:secret';
`;

/** Everything that was in the table, in one line. */
export const fingerprint =
  "SELECT count(*) || ' ' || md5(string_agg(g::text, '|' ORDER BY id)) || ' ' || (SELECT count(*) FROM named) FROM guests g";

/** A PostgreSQL that has nothing to do with the stack, on one of its machines: what an app moves in from. */
export class ForeignServer {
  readonly password = password;

  constructor(
    private readonly clone: Clone,
    private readonly machine: string,
    /** The machine's private address. */
    private readonly host: string,
  ) {}

  get address(): string {
    return `postgresql://reader@${this.host}:${port}/old`;
  }

  /** @returns what `fingerprint` says there */
  async make(): Promise<string> {
    const configuration = "/etc/postgresql/17/foreign";
    await this.inside(`
      cd /
      pg_createcluster --port=${port} 17 foreign
      echo "listen_addresses = '*'" >>${configuration}/postgresql.conf
      echo 'host all all 10.0.0.0/8 scram-sha-256' >>${configuration}/pg_hba.conf
      pg_ctlcluster 17 foreign start
      nft insert rule inet holdfast in tcp dport ${port} accept
      runuser -u postgres -- createdb -p ${port} old`);
    await this.sql(rows);
    return this.sql(fingerprint);
  }

  sql(statements: string): Promise<string> {
    const encoded = Buffer.from(statements).toString("base64");
    return this.inside(
      `cd / && echo ${encoded} | base64 -d | runuser -u postgres -- psql -XqAt -v ON_ERROR_STOP=1 -p ${port} -d old -f -`,
    );
  }

  /** What `pg_dump` writes there, as a file on this computer; returns its path. */
  async dump(name: string, options: string): Promise<string> {
    const command = `cd / && runuser -u postgres -- pg_dump -p ${port} ${options} old | base64 -w0`;
    const path = join(this.clone.folder, name);
    writeFileSync(path, Buffer.from(await this.inside(command), "base64"));
    return path;
  }

  private inside(command: string): Promise<string> {
    return this.clone.onMachine(this.machine, command);
  }
}
