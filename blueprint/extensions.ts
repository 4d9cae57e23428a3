/** What an extension of PostgreSQL needs beside its name. */
export interface Extension {
  /** Debian's package; absent: it comes with PostgreSQL. */
  readonly package?: string;
  /** Library that PostgreSQL has to load when it starts. */
  readonly library?: string;
  /** Settings of PostgreSQL that it needs, with the app's database as `DATABASE`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** What an app's role may not create by itself or Debian has in a package: Debian 13, PostgreSQL 17. */
const known = {
  ...fromPostgresql(
    ...["amcheck", "autoinc", "bloom", "btree_gin", "btree_gist", "citext", "cube", "dblink", "dict_int", "dict_xsyn"],
    ...["earthdistance", "fuzzystrmatch", "hstore", "insert_username", "intarray", "isn", "lo", "ltree", "moddatetime"],
    ...["pg_buffercache", "pg_freespacemap", "pg_prewarm", "pg_trgm", "pg_visibility", "pgcrypto", "pgrowlocks"],
    ...["pgstattuple", "postgres_fdw", "refint", "seg", "sslinfo", "tablefunc", "tcn", "tsm_system_rows"],
    ...["tsm_system_time", "unaccent", "uuid-ossp", "xml2"],
  ),
  pg_stat_statements: { library: "pg_stat_statements" },
  ...fromPackage("cron", {
    pg_cron: {
      library: "pg_cron",
      settings: { "cron.database_name": "DATABASE", "cron.use_background_workers": "on" },
    },
  }),
  ...fromPackage("h3", { h3: {}, h3_postgis: {} }),
  ...fromPackage("hll", { hll: {} }),
  ...fromPackage("http", { http: {} }),
  ...fromPackage("hypopg", { hypopg: {} }),
  ...fromPackage("partman", { pg_partman: {} }),
  ...fromPackage("pgaudit", { pgaudit: { library: "pgaudit" } }),
  ...fromPackage("pgrouting", { pgrouting: {} }),
  ...fromPackage("pgvector", { vector: {} }),
  ...fromPackage("postgis-3", {
    postgis: {},
    postgis_raster: {},
    postgis_sfcgal: {},
    postgis_tiger_geocoder: {},
    postgis_topology: {},
    address_standardizer: {},
    address_standardizer_data_us: {},
  }),
  ...fromPackage("timescaledb", { timescaledb: { library: "timescaledb" } }),
} as const satisfies Readonly<Record<string, Extension>>;

export type ExtensionName = keyof typeof known;

export const extensionNames = Object.keys(known).sort() as ExtensionName[];

/** What these need; those that PostgreSQL has to load in the order in which they are written. */
export function extensionsOf(names: readonly ExtensionName[]): readonly Extension[] {
  return names.map((name) => known[name]);
}

function fromPostgresql<const T extends string>(...names: readonly T[]): Record<T, Extension> {
  return Object.fromEntries(names.map((name) => [name, {}])) as Record<T, Extension>;
}

function fromPackage<const T extends Record<string, Extension>>(
  suffix: string,
  extensions: T,
): Record<keyof T, Extension> {
  const whole = Object.entries(extensions).map(([name, one]) => [name, { ...one, package: `postgresql-17-${suffix}` }]);
  return Object.fromEntries(whole) as Record<keyof T, Extension>;
}
