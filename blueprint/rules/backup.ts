import { backupStorageStore } from "../storageAccess";
import type { Rule } from "./rule";

/** A fire takes a building, so the backups are not in the one where the database is. */
export const backupIsElsewhere: Rule = ({ location, backup }) =>
  backup?.storage.location === undefined || backup.storage.location !== location
    ? []
    : [
        {
          setting: "holdfast:backup.storage.location",
          value: location,
          wrong: "is where the database is",
          why: "a fire there would destroy the database and its backups",
          fix: `write ${location === "hel1" ? "fsn1" : "hel1"}, or leave it out`,
        },
      ];

/** Backups are of the database; files of the app are not in them. */
export const backupHasDatabase: Rule = ({ backup, database, broken = [] }) =>
  !backup || database || broken.includes("database")
    ? []
    : [
        {
          setting: "holdfast:backup",
          wrong: "has nothing to back up",
          why: "backups are of the stack's database, and this stack has none",
          fix: "write holdfast:database: {} as well, or remove this section",
        },
      ];

/** The Storage Box comes with the backups. */
export const releasesHaveStorage: Rule = ({ releases, backup, broken = [] }) =>
  releases?.store !== backupStorageStore || backup || broken.includes("backup")
    ? []
    : [
        {
          setting: "holdfast:releases.store",
          value: releases.store,
          wrong: "does not exist",
          why: "releases would be kept on the Storage Box of the backups, and this stack has none",
          fix: "write holdfast:backup: {} as well (and holdfast:database: {}), or name another store",
        },
      ];

/** A warning only: the second project is one more thing to keep. */
export const backupsAreWithinReach: Rule = ({ backup, loadBalancer }) =>
  !backup || backup.token !== undefined || (loadBalancer?.machines ?? 0) === 0
    ? []
    : [
        {
          setting: "holdfast:backup.token",
          wrong: "is missing",
          why: "load balancers have a token of the project that the Storage Box is in: whoever steals it can delete all backups and their snapshots",
          fix: 'make a second project at Hetzner for the box, as docs/backups.md says ("Into a second project")',
        },
      ];

/** A warning only, because a stack may be there to try something out. */
export const databaseWithoutBackup: Rule = ({ backup, database }) =>
  !database || backup
    ? []
    : [
        {
          setting: "holdfast:backup",
          wrong: "is missing",
          why: "the database is lost with its volume, and nothing undoes a mistaken DROP TABLE",
          fix: "write holdfast:backup: {} for the defaults of docs/settings.md",
        },
      ];
