import { poolPaths, poolUnit } from "../../roles/database/pool/paths";
import type { Drill } from "../frame/drill";
import { requireSuccess, type Stack, type UpOptions } from "../frame/stack";
import { awayAtMost, databaseDrill, nothingLost } from "./common";
import { databaseMachine, writingThrough } from "./writing";

async function withPool(stack: Stack): Promise<void> {
  const look = `test -e ${poolPaths.configuration} && echo yes || echo no`;
  if ((await stack.inside(await databaseMachine(stack), look)).trim() === "yes") return;
  await up(stack, { database: { pool: true } });
}

async function up(stack: Stack, settings: UpOptions["settings"]): Promise<void> {
  requireSuccess(await stack.up({ settings }), "the connection pool did not come or go");
}

export const killPool: Drill = {
  name: "kill-pool",
  title: "The connection pool in front of PostgreSQL is killed (SIGKILL)",
  hypothesis: "systemd starts it again at once, and instances connect anew by themselves.",
  claims: [awayAtMost(5), ...nothingLost],
  ...databaseDrill(120),
  runs: 5,
  prepare: withPool,
  async fault(stack) {
    const machine = await databaseMachine(stack);
    const kill = `systemctl kill --signal=KILL ${poolUnit}`;
    return writingThrough(stack, () => stack.inside(machine, kill).then(() => undefined), 60);
  },
  finish: (stack) => up(stack, {}),
};
