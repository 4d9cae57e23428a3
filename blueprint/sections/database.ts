import { serverTypeNames } from "../../catalog";
import { extensionNames } from "../extensions";
import { flag, listOf, oneOf, section, wholeNumber } from "../fields";
import type { z } from "zod";

/** PostgreSQL for the app. Without this section there is none. */
export const databaseSection = section(
  {
    machines: wholeNumber(0, 1, {
      description:
        "Number of database machines. By default one. With 0 the database is on the app machine, and there has to be exactly one of those. Its data is on a volume either way: a change from 0 to 1 or back moves the volume and keeps every row.",
      why: "the data is on one volume, which only one machine at a time can have",
      example: "machines: 1",
    }).default(1),
    serverType: oneOf(serverTypeNames, {
      description: "Hetzner's server type of the database machine. By default cx23 (2 cores, 4 GiB).",
      why: "Hetzner sells servers in these sizes",
      example: "serverType: cx23",
    }).default("cx23"),
    volumeSize: wholeNumber(10, 10_240, {
      description:
        "GiB of the volume that all data of the database is on. By default 10. It can grow at any time without a pause, and can never shrink.",
      why: "Hetzner sells volumes of 10 to 10240 GiB",
      example: "volumeSize: 20",
    }).default(10),
    pool: flag({
      description:
        "Whether instances share a few connections to PostgreSQL through a pool (PgBouncer). By default they do when all instances together may open more connections than the database has memory for.",
      why: "the pool is either used or not",
      example: "pool: true",
    }).optional(),
    extensions: listOf(
      oneOf(extensionNames, {
        description: "Name of an extension, as `CREATE EXTENSION` has it.",
        why: "these come with PostgreSQL or are packages of Debian 13",
        example: "- postgis",
      }),
      {
        description:
          "Extensions of PostgreSQL that the database gets: their packages are installed, they are loaded at the start of PostgreSQL where they need that, and they are created in the app's database. By default none; the app's role creates trusted ones, such as hstore, by itself. One that is taken out of the list is not dropped.",
        why: "PostgreSQL lets only a superuser create most of them, and the app's role is none",
        example: "extensions: [postgis, vector, pg_stat_statements]",
      },
    ).optional(),
  },
  {
    description: "PostgreSQL for the app, on a volume of its own. By default there is none.",
    why: "the app keeps there the data that has to outlive every machine",
    example: "holdfast:database: { machines: 1, serverType: cx23, volumeSize: 10 }",
  },
);

export type DatabaseSettings = z.output<typeof databaseSection>;
