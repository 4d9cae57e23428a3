import { databasePaths, databaseUnits } from "../../roles/database/paths";
import type { Drill } from "../frame/drill";
import type { Stack } from "../frame/stack";
import { succeeded } from "../frame/succeeded";
import { until } from "../frame/wait";
import { nothingLost } from "./claims";
import { readers } from "./readers";
import { databaseMachine, needsDatabase, query, writingThrough } from "./writing";

const filler = `${databasePaths.mount}/drill-filler`;

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
  succeeded(await stack.up({ settings }), "the volume did not grow");
}

/** How often PostgreSQL was started again since its machine booted. */
async function restarts(stack: Stack): Promise<number> {
  const command = `systemctl show -p NRestarts --value ${databaseUnits.postgresql}`;
  return Number(await stack.inside(await databaseMachine(stack), command));
}

/**
 * Volumes never shrink, so each run leaves the volume larger than the settings say: afterwards they have to be changed, or
 * the stack made anew. That is why this one is the last.
 */
export const volumeFull: Drill = {
  name: "volume-full",
  title: "The database's volume is 100 % full, and grows",
  hypothesis:
    "Instances may only read before PostgreSQL runs out of room; visitors see an error when they write, and none when they read. With room, writing goes on by itself.",
  claims: [
    { metric: "failed", text: "GETs that failed", unit: "requests", worst: 0 },
    { metric: "restarts", text: "times that PostgreSQL crashed", unit: "changes", worst: 0 },
    { metric: "recovered", text: "from the start of pulumi up until the app takes lines", unit: "s", worst: 60 },
    ...nothingLost,
  ],
  cannot: needsDatabase,
  load: readers(380),
  loadUntilOver: true,
  runs: 3,
  abortAfter: 400,
  async fault(stack) {
    const machine = await databaseMachine(stack);
    const before = await restarts(stack);
    let grown = 0;
    const account = await writingThrough(
      stack,
      async () => {
        // As a table or a log would take it, but hardly anything is written: a busy disk is another fault. What others
        // take meanwhile must not be missing, or fallocate takes nothing; so the last of it is filled up afterwards.
        const most = `$(( $(df --output=avail -B1 ${databasePaths.mount} | tail -n 1) - 64 * 1024 * 1024 ))`;
        const rest = `dd if=/dev/zero of=${filler} bs=1M oflag=append conv=notrunc status=none || true`;
        await stack.inside(machine, `fallocate -l ${most} ${filler} && { ${rest}; sync; }`);
        await until("instances may only read", 30, async () => {
          const [role = ""] = await query(stack, "SELECT rolconfig FROM pg_roles WHERE rolname = 'app'");
          return role.includes("default_transaction_read_only=on");
        });
        grown = performance.now();
        await grow(stack);
        return undefined;
      },
      60,
    );
    const { recovered: found, ...rest } = account;
    return {
      ...rest,
      found: found ?? 0,
      recovered: (performance.now() - grown) / 1000,
      restarts: (await restarts(stack)) - before,
    };
  },
  async cleanUp(stack) {
    await stack.inside(await databaseMachine(stack), `rm -f ${filler}`);
  },
};
