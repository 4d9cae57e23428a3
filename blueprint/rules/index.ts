import { keysExpire, revokedKeysStayOut, somebodyAppliesToo, somebodyGetsIn } from "./adminKeys";
import { adminRangesDiffer, adminsComeFromTheInternet } from "./adminRanges";
import {
  backupHasDatabase,
  backupIsElsewhere,
  backupsAreWithinReach,
  databaseWithoutBackup,
  releasesHaveStorage,
} from "./backup";
import { inFrontIsSomebodyElse } from "./behind";
import { dnsHasItsHosts } from "./dns";
import { connectionsFit } from "./database";
import { connectionsHaveMemory, somebodyIsLimited, sourcesHaveShares } from "./connections";
import { environmentNames } from "./environment";
import { hstsIsForGood, hstsWarning, httpsHostsAreServed, httpsHostsFit } from "./https";
import { exampleKeyIsReplaced, exampleKeyWillBeRefused } from "./exampleKey";
import { memoryFits } from "./memory";
import { monitorHasAWay, monitorHasMemory, prodIsWatched } from "./monitor";
import { openToTheWorld, rangesAreRanges } from "./networkRanges";
import { portsAreFree } from "./ports";
import type { Rule } from "./rule";
import { manyMachines, serverTypesAreThere } from "./servers";
import { sharedMachine } from "./sharedMachine";
import { stackName } from "./stackName";
import { timeoutsMakeSense } from "./timeouts";

/** Rules whose problems stop the run. A new rule is a file and a line here. */
export const rules: readonly Rule[] = [
  stackName,
  serverTypesAreThere,
  sharedMachine,
  backupHasDatabase,
  backupIsElsewhere,
  releasesHaveStorage,
  memoryFits,
  portsAreFree,
  timeoutsMakeSense,
  environmentNames,
  rangesAreRanges,
  adminRangesDiffer,
  connectionsHaveMemory,
  sourcesHaveShares,
  somebodyIsLimited,
  httpsHostsFit,
  httpsHostsAreServed,
  hstsIsForGood,
  dnsHasItsHosts,
  inFrontIsSomebodyElse,
  exampleKeyIsReplaced,
  revokedKeysStayOut,
  somebodyGetsIn,
  monitorHasAWay,
  monitorHasMemory,
];

/** What stops where the Internet reaches the stack. */
export const internetRules: readonly Rule[] = [adminsComeFromTheInternet];

/** Rules whose problems are warnings. */
export const warnings: readonly Rule[] = [
  openToTheWorld,
  manyMachines,
  connectionsFit,
  databaseWithoutBackup,
  backupsAreWithinReach,
  exampleKeyWillBeRefused,
  keysExpire,
  hstsWarning,
  somebodyAppliesToo,
  prodIsWatched,
];
