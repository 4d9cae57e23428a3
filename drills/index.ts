import { hangInstance } from "./app/hangInstance";
import { killInstance } from "./app/killInstance";
import { appMachineCutOff, appMachinePowerLoss } from "./app/loseAppMachine";
import { failedMigration } from "./database/migration";
import { databaseMoves } from "./database/moves";
import { killPool } from "./database/pool";
import { databasePowerLoss, killPostgresql } from "./database/processes";
import { volumeFull } from "./database/volume";
import { damagedRepository, storageAway } from "./database/repository";
import { droppedTable, loseDatabase } from "./database/restore";
import { restoreSpeed } from "./database/restoreSpeed";
import { wipedBackups } from "./database/wipedBackups";
import type { Drill } from "./frame/drill";
import { apiOutages, failoversWithoutApi } from "./loadBalancer/apiOutage";
import { requestFlood, slowBodies, slowHeaders } from "./loadBalancer/floods";
import { killHaproxy, orderlySwitch, reloadHaproxy, restartHaproxy } from "./loadBalancer/haproxy";
import { activePowerLoss, bothPowerLoss } from "./loadBalancer/loseActive";
import { standbyCutOff, vrrpCut } from "./loadBalancer/paths";
import { upAfterFailover } from "./loadBalancer/upAfterFailover";
import { badReleases } from "./release/bad";
import { killedRunner, rollBack, rollOutFailover } from "./release/interrupted";
import { rollOutGood, rollOutLong, rollOutStreams } from "./release/rollOut";

/** All drills, from the harmless to the rough. */
export const drills: readonly Drill[] = [
  killInstance,
  hangInstance,
  appMachinePowerLoss,
  appMachineCutOff,
  reloadHaproxy,
  killHaproxy,
  orderlySwitch,
  restartHaproxy,
  upAfterFailover,
  activePowerLoss,
  standbyCutOff,
  vrrpCut,
  ...apiOutages,
  ...failoversWithoutApi,
  requestFlood,
  slowHeaders,
  slowBodies,
  bothPowerLoss,
  killPostgresql,
  killPool,
  databasePowerLoss,
  failedMigration,
  databaseMoves,
  storageAway,
  damagedRepository,
  droppedTable,
  restoreSpeed,
  loseDatabase,
  wipedBackups,
  // In a row, because they share a stack that runs an app of their own.
  rollOutGood,
  rollOutLong,
  rollOutStreams,
  rollBack,
  ...badReleases,
  killedRunner,
  rollOutFailover,
  // The volume stays larger than the settings say.
  volumeFull,
];
