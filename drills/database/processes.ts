import { databaseUnits } from "../../roles/database/paths";
import type { Drill } from "../frame/drill";
import { losePower, restore } from "../frame/faults";
import { awayAtMost, nothingLost } from "./claims";
import { readers } from "./readers";
import { databaseMachine, needsDatabase, writingThrough } from "./writing";

export const killPostgresql: Drill = {
  name: "kill-postgresql",
  title: "PostgreSQL is killed (SIGKILL, the whole of it)",
  hypothesis: "systemd starts it again at once, it reads its log again, and instances connect anew by themselves.",
  claims: [awayAtMost(10), ...nothingLost],
  cannot: needsDatabase,
  load: readers(100),
  loadUntilOver: true,
  runs: 5,
  abortAfter: 120,
  async fault(stack) {
    const machine = await databaseMachine(stack);
    return writingThrough(
      stack,
      async () => {
        await stack.inside(machine, `systemctl kill --signal=KILL ${databaseUnits.postgresql}`);
        return undefined;
      },
      60,
    );
  },
};

export const databasePowerLoss: Drill = {
  name: "database-power-loss",
  title: "The database machine loses power, and is switched on again",
  hypothesis:
    "The machine boots, mounts the volume and reads PostgreSQL's log; what was acknowledged is on the volume.",
  claims: [awayAtMost(90), ...nothingLost],
  cannot: needsDatabase,
  load: readers(280),
  loadUntilOver: true,
  runs: 5,
  abortAfter: 300,
  async fault(stack) {
    const machine = await databaseMachine(stack);
    return writingThrough(
      stack,
      async () => {
        await losePower(stack, machine);
        await restore(stack);
        return undefined;
      },
      120,
    );
  },
  cleanUp: restore,
};
