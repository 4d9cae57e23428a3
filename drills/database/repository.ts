import { noGetFails } from "../frame/claims";
import type { Drill, Measurements } from "../frame/drill";
import { cut, heal } from "../frame/faults";
import type { Stack } from "../frame/stack";
import { pause } from "../frame/wait";
import { archived, holdfast, holdfastWell, listing, needsBackups, sql, withBackup } from "./backups";
import { allAcknowledged, awayAtMost, databaseDrill, nothingLost } from "./common";
import { databaseMachine, writingThrough } from "./writing";

/** Seconds that the storage is away for. PostgreSQL hands its log over every 2 s instead of every 60 s meanwhile. */
const away = 120;
const segmentsPerSecond = 0.5;

export const storageAway: Drill = {
  name: "storage-away",
  title: "The backup storage is away for an hour (compressed to two minutes with thirty times as much WAL)",
  hypothesis:
    "The WAL waits on the volume; no visitor waits for the storage, and all WAL is sent when the storage is back.",
  claims: [
    awayAtMost(1),
    noGetFails,
    allAcknowledged,
    ...nothingLost,
    // One a minute would have been handed over in an hour.
    { metric: "waiting", text: "WAL segments that waited when the storage came back", unit: "segments", least: 60 },
    { metric: "arrived", text: "WAL segments that reached the storage while it was away", unit: "segments", worst: 0 },
    {
      metric: "dropped",
      text: "WAL segments that never reached the storage, of those looked for by name",
      unit: "segments",
      worst: 0,
    },
    { metric: "lookedFor", text: "WAL segments that were looked for by name", unit: "segments", least: 60 },
    {
      metric: "incomplete",
      text: "runs of `holdfast backup verify` that found something missing afterwards",
      unit: "changes",
      worst: 0,
    },
    { metric: "storageAway", text: "time without the storage", unit: "s", least: away },
    { metric: "caughtUp", text: "time until the storage had all segments", unit: "s", worst: 120 },
  ],
  ...databaseDrill(600),
  cannot: needsBackups,
  runs: 2,
  prepare: withBackup,
  async fault(stack) {
    const [first = ""] = await sql(stack, "SELECT pg_walfile_name(pg_current_wal_lsn())");
    return writingThrough(
      stack,
      async () => {
        await cut(stack, await databaseMachine(stack), "SFTP");
        const cutAt = performance.now();
        await pause(1);
        const before = await archivedCount(stack);
        for (let passed = 0; passed <= away * segmentsPerSecond; passed++) {
          await sql(stack, "SELECT pg_switch_wal()");
          await pause(1 / segmentsPerSecond);
        }
        const waiting = Number(
          (await sql(stack, "SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'"))[0],
        );
        const arrived = (await archivedCount(stack)) - before;
        const storageAway = (performance.now() - cutAt) / 1000;
        await heal(stack);
        const caughtUp = await archived(stack, 300);
        const segments = await segmentsSince(stack, first);
        const { code } = await holdfast(stack, ["backup", "verify"]);
        return { waiting, arrived, storageAway, caughtUp, ...segments, incomplete: code === 0 ? 0 : 1 };
      },
      60,
    );
  },
  cleanUp: heal,
};

export const damagedRepository: Drill = {
  name: "damaged-repository",
  title: "A file of the newest backup is damaged on the storage",
  hypothesis: "`holdfast backup verify` reads every file, so it finds this one and names the backup.",
  claims: [
    { metric: "unnoticed", text: "damaged files that verify did not find", unit: "rows", worst: 0 },
    { metric: "unnamed", text: "affected backups that verify did not name", unit: "rows", worst: 0 },
    { metric: "others", text: "backups that are not affected", unit: "backups", least: 1 },
    { metric: "othersNamed", text: "unaffected backups that verify named", unit: "backups", worst: 0 },
    { metric: "falseAlarms", text: "runs of verify that found damage where there is none", unit: "changes", worst: 0 },
    { metric: "verify", text: "time of `holdfast backup verify`", unit: "s" },
    noGetFails,
    allAcknowledged,
    ...nothingLost,
  ],
  ...databaseDrill(600),
  cannot: needsBackups,
  runs: 2,
  prepare: withBackup,
  async fault(stack) {
    await holdfastWell(stack, ["backup", "now", "--full"]);
    const whole = await holdfast(stack, ["backup", "verify"]);
    const measured = await writingThrough(stack, () => damageAndVerify(stack), 10);
    const again = await holdfast(stack, ["backup", "verify"]);
    return { ...measured, falseAlarms: [whole, again].filter(({ code }) => code !== 0).length };
  },
};

/** Damages the newest backup, has that found, and repairs it. */
async function damageAndVerify(stack: Stack): Promise<Measurements> {
  const labels = (await listing(stack)).backups.map(({ label }) => label);
  const newest = labels.at(-1) ?? "";
  const others = labels.slice(0, -1);
  const damage = await damageFileOf(stack, newest);
  try {
    const { code, output, duration } = await holdfast(stack, ["backup", "verify"]);
    return {
      unnoticed: code !== 0 && output.includes(damage.name) ? 0 : 1,
      unnamed: new RegExp(`backup ${newest}: .*cannot be restored`).test(output) ? 0 : 1,
      others: others.length,
      othersNamed: others.filter((label) => new RegExp(`backup ${label}: `).test(output)).length,
      verify: duration,
    };
  } finally {
    await damage.repair();
  }
}

/** How many WAL segments PostgreSQL has been told are on the storage. */
async function archivedCount(stack: Stack): Promise<number> {
  return Number((await sql(stack, "SELECT archived_count FROM pg_stat_archiver"))[0]);
}

/** Looks in the repository for every WAL segment since that one. */
async function segmentsSince(
  stack: Stack,
  first: string,
): Promise<{ readonly lookedFor: number; readonly dropped: number }> {
  const files = Object.keys(await filesIn(stack, "archive/main"));
  const there = new Set(
    files.map((name) => /([0-9A-F]{24})-[0-9a-f]{40}/.exec(name)?.[1]).filter((one) => one !== undefined),
  );
  const [last = ""] = await sql(stack, "SELECT substr(last_archived_wal, 1, 24) FROM pg_stat_archiver");
  const lookedFor = serial(last) - serial(first) + 1;
  const names = Array.from({ length: lookedFor }, (_, index) => nameOf(first, serial(first) + index));
  return { lookedFor, dropped: names.filter((name) => !there.has(name)).length };
}

/** Everything below a folder of the repository, by its path from there. */
async function filesIn(stack: Stack, folder: string): Promise<Record<string, { type: string; size?: number }>> {
  const list = "pgbackrest --stanza=main --log-level-console=off --output=json --recurse repo-ls";
  const said = await stack.inside(await databaseMachine(stack), `cd / && runuser -u postgres -- ${list} ${folder}`);
  return JSON.parse(said) as Record<string, { type: string; size?: number }>;
}

/** 16 MiB segments: 256 of them to each step of the middle part of the name. */
function serial(segment: string): number {
  return parseInt(segment.slice(8, 16), 16) * 256 + parseInt(segment.slice(16), 16);
}

function nameOf(like: string, number: number): string {
  const part = (value: number) => value.toString(16).toUpperCase().padStart(8, "0");
  return like.slice(0, 8) + part(Math.floor(number / 256)) + part(number % 256);
}

/** Changes some bytes in the middle of the largest file of a backup, over the same SFTP that backups go by. */
async function damageFileOf(stack: Stack, label: string): Promise<{ readonly name: string; repair(): Promise<void> }> {
  const machine = await databaseMachine(stack);
  const files = await filesIn(stack, `backup/main/${label}`);
  const data = Object.entries(files).filter(([name, { type }]) => type === "file" && /^(bundle|pg_data)\//.test(name));
  const [name = ""] = data.sort(([, a], [, b]) => (b.size ?? 0) - (a.size ?? 0))[0] ?? [];
  const script = `
    set -eu
    conf=/etc/pgbackrest/conf.d/repository.conf
    value() { sed -n "s/^repo1-$1=//p" "$conf"; }
    file="$(value path)/backup/main/${label}/${name}"
    box() { sftp -q -b - -i /etc/pgbackrest/storage_key -P "$(value sftp-host-port)" -o StrictHostKeyChecking=no \\
      -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "$(value sftp-host-user)@$(value sftp-host)"; }
    cd /srv/database`;
  const inside = (commands: string) => stack.inside(machine, `${script}\n${commands}`);
  await inside(`echo "get $file drill-whole" | box >/dev/null
    cp drill-whole drill-bad
    printf 'damaged here' | dd of=drill-bad bs=1 seek=$(($(stat -c %s drill-bad) / 2)) conv=notrunc status=none
    echo "put drill-bad $file" | box >/dev/null`);
  return {
    name,
    async repair() {
      await inside(`echo "put drill-whole $file" | box >/dev/null; rm -f drill-whole drill-bad`);
    },
  };
}
