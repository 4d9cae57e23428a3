import type { Failure } from "../types";
import { adminLaptop } from "./adminLaptop";
import { apiToken } from "./apiToken";
import { appMachine } from "./appMachine";
import { backupStorage } from "./backupStorage";
import { badRelease } from "./badRelease";
import {
  certificateAuthority,
  certificateEnd,
  certificateFile,
  certificateKeeper,
  hostDns,
  trialCertificates,
} from "./certificates";
import { cloudApi } from "./cloudApi";
import { connectionPool } from "./connectionPool";
import { databaseMachine } from "./databaseMachine";
import { databaseProcess } from "./databaseProcess";
import { droppedTable } from "./droppedTable";
import { flood } from "./flood";
import { haproxyProcess } from "./haproxyProcess";
import { instanceCrash } from "./instanceCrash";
import { instanceHang } from "./instanceHang";
import { loadBalancerMachine } from "./loadBalancerMachine";
import { location } from "./location";
import { privateNetwork } from "./privateNetwork";
import { monitor } from "./monitor";
import { pulumiState } from "./pulumiState";
import { volume } from "./volume";

/** Every failure, in the order of the report: from what happens often to what hardly ever does. */
export const failures = [
  instanceCrash,
  instanceHang,
  badRelease,
  appMachine,
  loadBalancerMachine,
  haproxyProcess,
  databaseProcess,
  connectionPool,
  databaseMachine,
  volume,
  droppedTable,
  backupStorage,
  privateNetwork,
  cloudApi,
  hostDns,
  certificateAuthority,
  certificateFile,
  certificateKeeper,
  certificateEnd,
  trialCertificates,
  location,
  flood,
  adminLaptop,
  apiToken,
  pulumiState,
  monitor,
] as const satisfies readonly Failure[];

/** Stable: drills and their results name failures by it. */
export type FailureId = (typeof failures)[number]["id"];
