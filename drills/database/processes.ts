import { databasePaths, databaseUnits } from "../../roles/database/paths";
import type { Claim, Drill, Measurements } from "../frame/drill";
import { losePower, restore } from "../frame/faults";
import { awayAtMost, databaseDrill, nothingLost } from "./common";
import { databaseMachine, startOfPostgresql, writingThrough } from "./writing";
import type { Stack } from "../frame/stack";

/** Proof that the fault happened. */
const startedAnew: Claim = {
  metric: "startedAnew",
  text: "restarts of PostgreSQL",
  unit: "changes",
  least: 1,
};

export const killPostgresql: Drill = {
  name: "kill-postgresql",
  title: "PostgreSQL is killed (SIGKILL to all of its processes)",
  hypothesis: "systemd starts it again at once, it reads its log again, and instances connect anew by themselves.",
  claims: [awayAtMost(10), ...nothingLost, startedAnew],
  ...databaseDrill(120),
  runs: 5,
  async fault(stack) {
    const machine = await databaseMachine(stack);
    const before = await startOfPostgresql(stack);
    const kill = `systemctl kill --signal=KILL ${databaseUnits.postgresql}`;
    const measured = await writingThrough(stack, () => stack.inside(machine, kill).then(() => undefined), 60);
    return { ...measured, ...(await startedSince(stack, before)) };
  },
};

const flushed = `${databasePaths.mount}/drill-flushed`;
const unflushed = `${databasePaths.mount}/drill-unflushed`;

export const databasePowerLoss: Drill = {
  name: "database-power-loss",
  title: "The database machine loses power, and is switched on again",
  hypothesis:
    "The machine boots, mounts the volume and reads PostgreSQL's log; what was acknowledged is on the volume.",
  claims: [
    awayAtMost(90),
    ...nothingLost,
    startedAnew,
    {
      metric: "flushed",
      text: "bytes that are left of a file that was flushed to the volume (fsync)",
      unit: "bytes",
      least: 4,
    },
    { metric: "unflushed", text: "bytes that are left of a file that was not flushed", unit: "bytes", worst: 0 },
  ],
  ...databaseDrill(300),
  runs: 5,
  async fault(stack) {
    const machine = await databaseMachine(stack);
    const before = await startOfPostgresql(stack);
    const measured = await writingThrough(
      stack,
      async () => {
        await stack.inside(machine, `printf kept >${flushed} && sync ${flushed} && printf lost >${unflushed}`);
        await losePower(stack, machine);
        await restore(stack);
        return undefined;
      },
      120,
    );
    return { ...measured, ...(await startedSince(stack, before)), ...(await whatIsLeft(stack)) };
  },
  async cleanUp(stack) {
    await restore(stack);
    await stack.inside(await databaseMachine(stack), `rm -f ${flushed} ${unflushed}`);
  },
};

async function startedSince(stack: Stack, before: string): Promise<Measurements> {
  return { startedAnew: (await startOfPostgresql(stack)) === before ? 0 : 1 };
}

/** Proof of the power cut: data that was not flushed has to be lost, or the drill says nothing about flushing. */
async function whatIsLeft(stack: Stack): Promise<Measurements> {
  const machine = await databaseMachine(stack);
  const bytesOf = async (file: string) => Number(await stack.inside(machine, `cat ${file} 2>/dev/null | wc -c`));
  return { flushed: await bytesOf(flushed), unflushed: await bytesOf(unflushed) };
}
