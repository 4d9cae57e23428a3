import { writeFileSync } from "node:fs";
import { run } from "../../local/machines/command";
import type { Drill } from "../frame/drill";
import { restore } from "../frame/faults";
import type { Stack } from "../frame/stack";
import { until } from "../frame/wait";
import { holdfastWell, listing, needsBackups } from "./backups";
import { backedUp, restoredGib, withoutBulk } from "./bulk";
import { databaseDrill } from "./common";
import { databaseMachine } from "./writing";

/** GiB that are restored. */
const gib = restoredGib();

/**
 * What is compared is the copying: from the start of `pgbackrest restore` to its end, once as `holdfast restore` calls it
 * and once by itself, into an empty folder on the same volume. Replaying WAL, which pgBackRest alone does not do, and
 * stopping and starting the app are in the time of the whole command.
 */
export const restoreSpeed: Drill = {
  name: "restore-speed",
  title: `A database of ${gib} GiB is restored in place, and by \`pgbackrest restore\` alone`,
  hypothesis: "Holdfast's own steps run before and after the copying, so they do not slow it down.",
  claims: [
    {
      metric: "ratio",
      text: "copying time of `holdfast restore`, compared with `pgbackrest restore` alone",
      unit: "ratio",
      median: 1.2,
      worst: 1.2,
    },
    { metric: "gib", text: "smallest amount that one of the four restores copied", unit: "GiB", least: gib },
    { metric: "sizes", text: "largest of these amounts, compared with the smallest", unit: "ratio", worst: 1.02 },
    { metric: "copying", text: "copying time of `holdfast restore`", unit: "s" },
    { metric: "plain", text: "time of `pgbackrest restore` alone", unit: "s" },
    { metric: "whole", text: "time of `holdfast restore`", unit: "s" },
  ],
  ...databaseDrill(900),
  cannot: needsBackups,
  runs: 3,
  prepare: (stack) => backedUp(stack, gib),
  async fault(stack) {
    // Plain, ours, ours, plain: a change from one restore to the next affects both alike.
    const plain = [await plainRestore(stack)];
    const ours = [await restoreInPlace(stack), await restoreInPlace(stack)];
    plain.push(await plainRestore(stack));
    const sizes = [...plain, ...ours].map(({ bytes }) => bytes);
    const copying = mean(ours.map((one) => one.copying));
    const alone = mean(plain.map((one) => one.copying));
    return {
      ratio: copying / alone,
      gib: Math.min(...sizes) / 1024 ** 3,
      sizes: Math.max(...sizes) / Math.min(...sizes),
      copying,
      plain: alone,
      whole: mean(ours.map((one) => one.whole)),
    };
  },
  cleanUp: restore,
  finish: withoutBulk,
};

/** What one restore took, in seconds, and the size of the backup that it copied. */
interface Restored {
  readonly copying: number;
  readonly bytes: number;
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Bytes of the database in the newest backup, which both take. */
async function sizeOfNewest(stack: Stack): Promise<number> {
  return (await listing(stack)).backups.at(-1)?.size ?? 0;
}

/** pgBackRest alone; as a unit, so that the machine's limit of memory holds for it as well. */
async function plainRestore(stack: Stack): Promise<Restored> {
  const machine = await databaseMachine(stack);
  const folder = "/srv/database/drill-plain";
  const remove = () => stack.inside(machine, `rm -rf ${folder}`);
  await remove();
  const bytes = await sizeOfNewest(stack);
  await beginCold(stack);
  await stack.inside(machine, `install -d -o postgres -g postgres -m 0700 ${folder}`);
  const command = `pgbackrest --stanza=main --pg1-path=${folder} --archive-mode=off restore`;
  const begun = performance.now();
  await stack.inside(machine, `systemd-run --quiet --wait --pipe --uid=postgres --working-directory=/ ${command}`);
  const copying = (performance.now() - begun) / 1000;
  await remove();
  return { copying, bytes };
}

/** The whole command as well, and its copying as the program on the machine has noted it. */
async function restoreInPlace(stack: Stack): Promise<Restored & { readonly whole: number }> {
  const bytes = await sizeOfNewest(stack);
  await beginCold(stack);
  const { duration } = await holdfastWell(stack, ["restore", "--to", "latest", "--yes"]);
  const noted = await stack.inside(await databaseMachine(stack), "cat /var/lib/holdfast/backup/restore-speed.json");
  await holdfastWell(stack, ["restore", "--forget"]);
  return { whole: duration, copying: (JSON.parse(noted) as { seconds: number }).seconds, bytes };
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
