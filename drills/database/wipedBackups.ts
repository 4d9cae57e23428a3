import { backupPaths, stanza } from "../../roles/database/backup/paths";
import type { Drill } from "../frame/drill";
import { requireSuccess, type Stack, type StackMachine } from "../frame/stack";
import { pause, until } from "../frame/wait";
import { accountAt } from "./account";
import { archived, holdfast, holdfastWell, needsBackups, withBackup } from "./backups";
import { databaseDrill, reallyWritten } from "./common";
import { deleteDatabase, partsOf, tidy } from "./restore";
import { linesOf, ratesOf, startWriting, takesLines, writeRate } from "./writing";

/** Seconds of writing before and after the snapshot. */
const writing = { before: 30, after: 5 };

export const wipedBackups: Drill = {
  name: "wiped-backups",
  title:
    "The database machine deletes its backups and replaces the keys of the Storage Box; the box goes back to its snapshot, then `pulumi up` and `holdfast restore --to latest`",
  hypothesis: "The machine's key does not reach snapshots of the box, and a snapshot has all that the box had.",
  claims: [
    { metric: "lost", text: "lost lines that were in the box when the snapshot was made", unit: "rows", worst: 0 },
    { metric: "old", text: "lines that were acknowledged before that", unit: "rows", least: 500 },
    { metric: "unexpected", text: "lines that nobody wrote", unit: "rows", worst: 0 },
    { metric: "undone", text: "lines that were written later, and are gone", unit: "rows", least: 1 },
    ...reallyWritten,
    {
      metric: "told",
      text: "problems that `backup list --outside` names after the deletion",
      unit: "changes",
      least: 1,
    },
    { metric: "rollBack", text: "time until the box shows the snapshot's backups", unit: "s" },
    { metric: "up", text: "time of `pulumi up`", unit: "s" },
    { metric: "restore", text: "time of `holdfast restore`", unit: "s" },
    { metric: "back", text: "time from the deletion until the app accepts lines", unit: "s" },
  ],
  ...databaseDrill(1800),
  cannot: async (stack) => (await needsBackups(stack)) ?? (await needsBox(stack)),
  runs: 3,
  prepare: withBackup,
  async fault(stack) {
    const box = await boxOf(stack);
    const lost = await partsOf(stack);
    const writers = startWriting(stack);
    await pause(writing.before);
    const moment = Date.now();
    await archived(stack, 120);
    const { snapshot } = await act<{ snapshot: { name: string } }>(stack, `/v1/storage_boxes/${box}/snapshots`, {});
    await pause(writing.after);

    const wipedAt = Date.now();
    await wipe(stack, lost.machine);
    const told = (await outside(stack)).length;
    const gone = await deleteDatabase(stack, lost);
    const result = await writers.end();
    const rolledBack = Date.now();
    await act(stack, `/v1/storage_boxes/${box}/actions/rollback_snapshot`, { snapshot: snapshot.name });
    await until("the box shows its backups", 60, async () => {
      const problems = await outside(stack);
      return problems.length === 0 || problems.join("; ");
    });
    const rollBack = (Date.now() - rolledBack) / 1000;

    const ended = await stack.up({ refresh: true, environment: { HOLDFAST_GONE: gone } });
    const up = requireSuccess(ended, "pulumi up failed");
    const { duration } = await holdfastWell(stack, ["restore", "--to", "latest", "--yes"]);
    await until("the app takes lines again", 60, () => takesLines(stack), 0.2);
    const back = (Date.now() - wipedAt) / 1000;
    const limit = (moment - result.begun) / 1000;
    const { lost: lostLines, unexpected, undone } = accountAt(result, writeRate, moment, await linesOf(stack, writers));
    return {
      ...ratesOf(result, wipedAt),
      lost: lostLines,
      unexpected,
      undone,
      old: result.acknowledgedAt.filter((at) => at <= limit).length,
      told,
      rollBack,
      up: up.duration,
      restore: duration,
      back,
    };
  },
  cleanUp: tidy,
};

async function boxes(stack: Stack): Promise<readonly number[]> {
  const path = `/v1/storage_boxes?label_selector=${encodeURIComponent(`stack==${stack.name},role==backup`)}`;
  const { storage_boxes: found } = (await stack.api("GET", path)) as { storage_boxes: { id: number }[] };
  return found.map(({ id }) => id);
}

/** Drills have the token of the machines' project alone. */
async function needsBox(stack: Stack): Promise<string | undefined> {
  return (await boxes(stack)).length === 1 ? undefined : "this stack's Storage Box is in a second project";
}

async function boxOf(stack: Stack): Promise<number> {
  const [id] = await boxes(stack);
  if (id === undefined) throw new Error("the stack has no Storage Box");
  return id;
}

/** Asks the API for an action and waits for its end. */
async function act<T>(stack: Stack, path: string, body: object): Promise<T> {
  const answer = (await stack.api("POST", path, body)) as { action: { id: number } };
  await until(`${path} is done`, 60, async () => {
    const { action } = (await stack.api("GET", `/v1/actions/${answer.action.id}`)) as { action: { status: string } };
    return action.status === "success" || action.status;
  });
  return answer as T;
}

/** What root on the database machine can do: everything in the repository goes, and the box lets another key in. */
async function wipe(stack: Stack, machine: StackMachine): Promise<void> {
  await stack.inside(
    machine,
    `set -e; cd /; pgbackrest() { runuser -u postgres -- pgbackrest --stanza=${stanza} "$@"; }
    pgbackrest stop; pgbackrest --repo=1 --force stanza-delete
    rm -f /root/own*; ssh-keygen -q -t ed25519 -N '' -f /root/own
    value() { sed -n "s/^repo1-$1=//p" ${backupPaths.repository}; }
    echo 'put /root/own.pub .ssh/authorized_keys' | sftp -q -b - -P 23 -o StrictHostKeyChecking=no \\
      -i ${backupPaths.privateKey} "$(value sftp-host-user)@$(value sftp-host)"`,
  );
}

/** The problems that are seen from outside. */
async function outside(stack: Stack): Promise<readonly string[]> {
  const { output } = await holdfast(stack, ["backup", "list", "--outside", "--json"]);
  return (JSON.parse(output) as { problems: readonly string[] }).problems;
}
