import { databasePaths } from "../../roles/database/paths";
import { noGetFails } from "../frame/claims";
import type { Drill } from "../frame/drill";
import { requireSuccess, type Stack } from "../frame/stack";
import { pause, until } from "../frame/wait";
import { databaseDrill, nothingLost } from "./common";
import { databaseMachine, query, startOfPostgresql, writingThrough } from "./writing";

const filler = `${databasePaths.mount}/drill-filler`;

/** Seconds that it stays full, with instances that may only read. */
const full = 5;

/** GiB that the volume has now. */
async function volumeSize(stack: Stack): Promise<number> {
  const { volumes } = (await stack.api("GET", "/v1/volumes")) as { volumes: { name: string; size: number }[] };
  const volume = volumes.find(({ name }) => name.endsWith("-database"));
  if (!volume) throw new Error("there is no volume of a database");
  return volume.size;
}

async function grow(stack: Stack): Promise<void> {
  // Instances may write again when a tenth of the volume is free.
  const settings = { database: { volumeSize: Math.ceil(1.25 * (await volumeSize(stack))) } };
  requireSuccess(await stack.up({ settings }), "the volume did not grow");
}

/** Takes all room of the volume; returns the bytes that are left for root. */
async function fill(stack: Stack): Promise<number> {
  const machine = await databaseMachine(stack);
  // fallocate takes the room and writes almost nothing: a busy disk would be another fault. It fails when others take
  // room meanwhile, so it leaves 64 MiB, which dd fills. PostgreSQL may give back old WAL between: then once more.
  const most = `$(( $(df --output=avail -B1 ${databasePaths.mount} | tail -n 1) - 64 * 1024 * 1024 ))`;
  const rest = `dd if=/dev/zero of=${filler} bs=1M oflag=append conv=notrunc status=none || true`;
  const take = `room=${most}; [ "$room" -le 0 ] || fallocate -o $(stat -c %s ${filler}) -l "$room" ${filler}; { ${rest}; sync; }`;
  await stack.inside(machine, `set -e; : >${filler}; for again in 1 2 3; do ${take}; done`);
  return Number(await stack.inside(machine, `stat -f -c '%f * %S' ${databasePaths.mount} | xargs expr`));
}

/** Whether the app answers a visitor's new line with an error page: status 5xx and a text. */
async function isShown(stack: Stack): Promise<boolean> {
  const form = ["-d", "text=is+there+room"];
  const answer = await stack.fromOutside([
    "curl",
    "-s",
    "-w",
    "\\n%{http_code}",
    "--max-time",
    "3",
    ...form,
    stack.url,
  ]);
  return /<p>[^<]{10,}/.test(answer) && /\n5\d\d$/.test(answer.trimEnd());
}

/**
 * The last of all drills: volumes never shrink, so each run leaves the volume larger than the settings say. Afterwards
 * change the settings or make the stack anew.
 */
export const volumeFull: Drill = {
  name: "volume-full",
  title: "The database's volume is 100 % full, and grows",
  hypothesis:
    "Instances may only read before PostgreSQL runs out of room; visitors see an error when they write, and none when they read. With room, writing goes on by itself.",
  claims: [
    noGetFails,
    // Other programs take and free some bytes meanwhile.
    { metric: "free", text: "free bytes on the volume, root's reserve included", unit: "bytes", worst: 1024 ** 2 },
    { metric: "startedAnew", text: "restarts of PostgreSQL", unit: "changes", worst: 0 },
    { metric: "answeredNo", text: "lines that were answered with an error", unit: "answers", least: 100 },
    { metric: "unanswered", text: "lines that were not answered", unit: "answers", worst: 0 },
    { metric: "shown", text: "error answers that have a text for visitors", unit: "answers", least: 1 },
    {
      metric: "writesAgain",
      text: "time from the start of `pulumi up` until the app accepts lines",
      unit: "s",
      worst: 60,
    },
    ...nothingLost,
  ],
  ...databaseDrill(400),
  runs: 3,
  async fault(stack) {
    const before = await startOfPostgresql(stack);
    const measured = await writingThrough(
      stack,
      async () => {
        const begun = performance.now();
        const free = await fill(stack);
        await until("instances may only read", 30, async () => {
          const name = "default_transaction_read_only";
          const [setting] = await query(stack, `SELECT setting FROM pg_file_settings WHERE name = '${name}'`);
          return setting === "on";
        });
        await pause(full);
        const shown = (await isShown(stack)) ? 1 : 0;
        const fullFor = (performance.now() - begun) / 1000;
        await grow(stack);
        return { free, shown, fullFor };
      },
      60,
    );
    return {
      ...measured,
      writesAgain: (measured.takesLinesAfter ?? Infinity) - (measured.fullFor ?? 0),
      startedAnew: (await startOfPostgresql(stack)) === before ? 0 : 1,
    };
  },
  async cleanUp(stack) {
    await stack.inside(await databaseMachine(stack), `rm -f ${filler}`);
  },
};
