import { writeFileSync } from "node:fs";
import { run } from "../../local/machines/command";
import type { Drill } from "../frame/drill";
import { restore } from "../frame/faults";
import type { Stack } from "../frame/stack";
import { until } from "../frame/wait";
import { holdfastWell, needsBackups } from "./backups";
import { backedUp, withoutBulk } from "./bulk";
import { readers } from "./readers";
import { databaseMachine } from "./writing";

/** GiB that are restored. */
const gib = Number(process.env.HOLDFAST_DRILL_GIB ?? "1");

/**
 * What is compared is the copying: from the start of `pgbackrest restore` to its end, once as `holdfast restore` calls it
 * and once by itself, into an empty folder on the same volume. Replaying WAL, which pgBackRest alone does not do, and
 * stopping and starting the app are in the time of the whole command.
 */
export const restoreSpeed: Drill = {
  name: "restore-speed",
  title: `A database of ${gib} GiB is restored in place, and by \`pgbackrest restore\` alone`,
  hypothesis: "What Holdfast does around pgBackRest comes before and after the copying, and takes nothing from it.",
  claims: [
    {
      metric: "ratio",
      text: "copying in `holdfast restore` beside `pgbackrest restore` alone",
      unit: "ratio",
      worst: 1.2,
    },
    { metric: "copying", text: "copying in `holdfast restore`", unit: "s" },
    { metric: "plain", text: "`pgbackrest restore` alone", unit: "s" },
    { metric: "whole", text: "`holdfast restore`, from the command to its end", unit: "s" },
  ],
  cannot: needsBackups,
  load: readers(890),
  loadUntilOver: true,
  runs: 3,
  abortAfter: 900,
  prepare: (stack) => backedUp(stack, gib),
  async fault(stack) {
    // In this order, so that what changes from one to the next changes for both.
    const before = await plainRestore(stack);
    const first = await restoreInPlace(stack);
    const second = await restoreInPlace(stack);
    const after = await plainRestore(stack);
    const [copying, plain] = [(first.copying + second.copying) / 2, (before + after) / 2];
    return { ratio: copying / plain, copying, plain, whole: (first.whole + second.whole) / 2 };
  },
  cleanUp: restore,
  finish: withoutBulk,
};

/** Seconds that pgBackRest alone takes; as a unit, so that the machine's limit of memory holds for it as well. */
async function plainRestore(stack: Stack): Promise<number> {
  const machine = await databaseMachine(stack);
  const folder = "/srv/database/drill-plain";
  const remove = () => stack.inside(machine, `rm -rf ${folder}`);
  await beginCold(stack);
  await remove();
  await stack.inside(machine, `install -d -o postgres -g postgres -m 0700 ${folder}`);
  const command = `pgbackrest --stanza=main --pg1-path=${folder} --archive-mode=off restore`;
  const begun = performance.now();
  await stack.inside(machine, `systemd-run --quiet --wait --pipe --uid=postgres --working-directory=/ ${command}`);
  const seconds = (performance.now() - begun) / 1000;
  await remove();
  return seconds;
}

/** Seconds of the whole command, and of its copying as the program on the machine has noted it. */
async function restoreInPlace(stack: Stack): Promise<{ readonly whole: number; readonly copying: number }> {
  await beginCold(stack);
  const { duration } = await holdfastWell(stack, ["restore", "--to", "latest", "--yes"]);
  const noted = await stack.inside(await databaseMachine(stack), "cat /var/lib/holdfast/restore-speed.json");
  await holdfastWell(stack, ["restore", "--forget"]);
  return { whole: duration, copying: (JSON.parse(noted) as { seconds: number }).seconds };
}

/** The backup that follows a restore has ended, and nothing of any file is in this computer's memory. */
async function beginCold(stack: Stack): Promise<void> {
  const machine = await databaseMachine(stack);
  const jobs =
    "systemctl list-units --plain --no-legend --state=active,activating 'holdfast-backup@*' 'holdfast-job@*'";
  await until("backups have ended", 300, async () => {
    const working = (await stack.inside(machine, jobs)).trim();
    return working === "" || working;
  });
  await run("sync", []);
  writeFileSync("/proc/sys/vm/drop_caches", "1");
}
