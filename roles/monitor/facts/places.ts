import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ports } from "../../../blueprint/ports";
import { machinePaths } from "../../../provider/machine/paths";
import { agentPaths } from "../../app/agent";
import { appPaths } from "../../app/paths";
import { backupPaths } from "../../database/backup/paths";
import { databasePaths } from "../../database/paths";
import { poolPaths } from "../../database/pool/paths";
import { volumeReserve } from "../../database/space";
import { certificatePaths } from "../../loadBalancer/certificateKeeper/certificateKeeper";
import { keeperPaths } from "../../loadBalancer/floatingIpKeeper/floatingIpKeeper";
import { haproxyPaths } from "../../loadBalancer/loadBalancer";

/** The program that says what one machine knows about itself: `holdfast status` sends it, the monitor has it there. */
export const probeProgram = () => readFileSync(join(__dirname, "probe.py"), "utf8");

/** What the program has to know of the roles. Machines that an older version configured may lack some of the files. */
export const places = {
  paths: {
    appEnvironment: appPaths.environment,
    release: appPaths.release,
    rolloutLog: machinePaths.rolloutLog,
    lease: machinePaths.lease,
    rotation: agentPaths.rotation,
    haproxyDropIn: haproxyPaths.dropIn,
    keeper: keeperPaths.configuration,
    certificates: certificatePaths.configuration,
    database: databasePaths.login,
    socket: databasePaths.socket,
    pool: poolPaths.configuration,
    backup: backupPaths.settings,
    backups: backupPaths.backups,
    proof: backupPaths.proof,
  },
  statusPort: ports.status,
  reserve: volumeReserve,
} as const;
