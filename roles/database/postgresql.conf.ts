import type { Database } from "../../blueprint/database";
import { extensionsOf } from "../../blueprint/extensions";
import { heading, lines } from "../text";
import { databasePaths as paths } from "./paths";
import { tuning } from "./tuning";

/** What PostgreSQL reads only when it starts. */
export function postgresqlConf(database: Database): string {
  const { address, connections, memory, port, volume } = database;
  const sizes = tuning({ memory, connections, volume: volume.size });
  return lines(
    heading(),
    "# Settings that a reload is enough for are in conf.d/.",
    setting("data_directory", paths.data),
    setting("hba_file", paths.hba),
    setting("ident_file", paths.ident),
    "cluster_name = 'main'",
    setting("listen_addresses", `127.0.0.1,${address}`),
    `port = ${port}`,
    setting("unix_socket_directories", paths.socket),
    `max_connections = ${connections}`,
    "superuser_reserved_connections = 5",
    `shared_buffers = ${sizes.sharedBuffers}MB`,
    "huge_pages = try",
    "wal_level = replica",
    ...extensionSettings(database),
    setting("include_dir", paths.parts),
  );
}

/** What a reload brings into effect. */
export function reloadableConf(database: Database): string {
  const { connections, memory, volume } = database;
  const sizes = tuning({ memory, connections, volume: volume.size });
  return lines(
    heading(),
    `effective_cache_size = ${sizes.effectiveCacheSize}MB`,
    `work_mem = ${sizes.workMem}MB`,
    `maintenance_work_mem = ${sizes.maintenanceWorkMem}MB`,
    `min_wal_size = ${sizes.minWalSize}MB`,
    `max_wal_size = ${sizes.maxWalSize}MB`,
    "wal_compression = lz4",
    "# Volumes have no heads to move.",
    "random_page_cost = 1.1",
    "effective_io_concurrency = 200",
    "",
    "# What was acknowledged is on the volume. These are the defaults, said because everything depends on them.",
    "fsync = on",
    "synchronous_commit = on",
    "full_page_writes = on",
    "",
    "ssl = on",
    setting("ssl_cert_file", paths.certificate),
    setting("ssl_key_file", paths.key),
    "password_encryption = scram-sha-256",
    "",
    "# A client whose machine is gone holds its connection for a minute, not for two hours.",
    "tcp_keepalives_idle = 30",
    "tcp_keepalives_interval = 10",
    "tcp_keepalives_count = 3",
    "client_connection_check_interval = 10s",
    "# A transaction that somebody forgot keeps locks, and keeps rows from being cleaned up.",
    "idle_in_transaction_session_timeout = 10min",
    "",
    "# To the journal, which has the time and the process already. Values of statements may be personal: not there.",
    "log_destination = stderr",
    "logging_collector = off",
    "log_line_prefix = '%q%u@%d %h '",
    "log_parameter_max_length = 0",
    "log_min_duration_statement = 1s",
    "log_autovacuum_min_duration = 10s",
    "log_lock_waits = on",
    "log_temp_files = 10MB",
    "timezone = UTC",
    "log_timezone = UTC",
  );
}

/** What extensions need at PostgreSQL's start. */
function extensionSettings({ name, extensions = [] }: Database): string[] {
  const all = extensionsOf(extensions);
  const loaded = all.flatMap(({ library }) => (library === undefined ? [] : [library]));
  return [
    // TimescaleDB refuses to come after others.
    ...(loaded.length > 0 ? [setting("shared_preload_libraries", loaded.sort(timescaleFirst).join(","))] : []),
    ...all.flatMap(({ settings = {} }) =>
      Object.entries(settings).map(([key, value]) => setting(key, value.replace("DATABASE", name))),
    ),
  ];
}

const timescaleFirst = (a: string, b: string) => Number(b === "timescaledb") - Number(a === "timescaledb");

function setting(name: string, value: string): string {
  return `${name} = '${value}'`;
}
