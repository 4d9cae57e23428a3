import type { Pool } from "../../../blueprint/connections";
import { type Database, loginsOf } from "../../../blueprint/database";
import { heading, lines } from "../../text";
import { databasePaths } from "../paths";
import { poolPaths as paths } from "./paths";

/**
 * What drivers ask for at their start, alone or in `options`, that a shared connection does not give them. Only what
 * changes no result of a query stands here: plans and times, and digits that PostgreSQL shows by default. All else, such
 * as `search_path`, is turned away with its name.
 */
const unheard = [
  "extra_float_digits",
  "statement_timeout",
  "lock_timeout",
  "idle_in_transaction_session_timeout",
  "idle_session_timeout",
  "transaction_timeout",
  "jit",
  "geqo",
];

/** Seconds that an instance waits for a connection before PgBouncer answers with an error. */
export const queryWait = 15;

/** PgBouncer's settings. It reads no comments behind a value. Times in seconds. */
export function pgbouncerIni(database: Database, pool: Pool): string {
  const { name, user, address, port } = database;
  return lines(
    heading(";"),
    "[databases]",
    "; Whichever login an instance comes with, behind the pool it is the same role: there is one pool.",
    `${name} = host=${databasePaths.socket} port=${port} dbname=${name} user=${user}`,
    "",
    "[pgbouncer]",
    `listen_addr = ${address}`,
    `listen_port = ${pool.port}`,
    "unix_socket_dir =",
    "",
    "; A connection to PostgreSQL is an instance's for one transaction, then somebody else's.",
    "pool_mode = transaction",
    `default_pool_size = ${pool.size}`,
    `max_client_conn = ${pool.clients}`,
    "; Prepared statements by the protocol, as drivers make them, are made again where they are missing.",
    "max_prepared_statements = 200",
    "; Drivers ask for these when they connect. Without this line they would be turned away.",
    `ignore_startup_parameters = ${unheard.join(", ")}`,
    "",
    "auth_type = scram-sha-256",
    `auth_file = ${paths.users}`,
    "client_tls_sslmode = require",
    `client_tls_cert_file = ${paths.certificate}`,
    `client_tls_key_file = ${paths.key}`,
    "client_tls_protocols = secure",
    "; SHOW POOLS, SHOW CLIENTS and so on, for the instances' password.",
    `stats_users = ${loginsOf(database).join(", ")}`,
    "",
    "; PostgreSQL that restarts is looked for each second, not every fifteen.",
    "server_login_retry = 1",
    "server_connect_timeout = 5",
    "; Who waits this long for a connection is told so; visitors have been told before.",
    `query_wait_timeout = ${queryWait}`,
    "tcp_keepidle = 30",
    "tcp_keepintvl = 10",
    "tcp_keepcnt = 3",
    "",
    "; To the journal: what goes wrong, and not who comes and goes.",
    "log_connections = 0",
    "log_disconnections = 0",
    "log_stats = 0",
  );
}
