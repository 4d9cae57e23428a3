import { printable } from "../../lib/printable";
import { tryRun, type CommandResult } from "../../local/machines/command";
import { pausePaths } from "../../roles/database/pause/pause";
import { messageOf, UserError } from "../../lib/errors";
import type { Target } from "../ssh/targets";
import { onMachine } from "../ssh/route";
import type { DatabaseMachine, Job } from "./machine";

/** Exit code of OpenSSH without a connection. */
const NO_CONNECTION = 255;

/** OpenSSH notices a frozen machine within 15 seconds. */
const alive = ["-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=3"];

/**
 * Runs a job that replaces the database. The app is stopped meanwhile. Returns the exit code of the job.
 *
 * A machine that does not answer does not stop the work: after a catastrophe that is often so. The data is safe all
 * the same. A restore stops PostgreSQL once every acknowledged change is in the backup storage; an import closes the
 * database before it reads the first row.
 *
 * @param migrate whether the release may migrate the new database if it has not yet
 * @param tell exchanged in tests
 * @throws when another such job is working, a machine refuses, or the job does not begin; the app then runs as before
 */
export async function replaceDatabase(
  machine: Pick<DatabaseMachine, "stack" | "appMachines" | "tell" | "follow">,
  job: Extract<Job, "restore" | "import">,
  request: object,
  { migrate }: { readonly migrate: boolean },
  tell = tellPause,
): Promise<number> {
  await requireNoOtherJob(machine);
  console.log("stopping the app");
  try {
    await stopApp(machine, migrate, tell);
    await machine.tell(["start", job], request);
  } catch (error) {
    // A job that runs all the same starts the app at its end: another person's, or ours if only its answer was lost.
    if ((await replacing(machine)) !== undefined) throw error;
    await startApp(machine, tell).catch((second: unknown) => {
      console.error(printable(messageOf(second)));
    });
    throw error;
  }
  // If the connection breaks for good, the machines find out by themselves when the app may start.
  const code = await machine.follow(job);
  // The database is there, new or old. Without this the app machines would notice it a second later.
  await startApp(machine, tell);
  console.log("the app is back");
  return code;
}

/**
 * Makes sure that no other job replaces the database, e.g. one whose command was killed. A second job would start the
 * app before the end of the first one.
 *
 * @throws UserError with the command that shows that job
 */
export async function requireNoOtherJob(machine: Pick<DatabaseMachine, "stack" | "tell">): Promise<void> {
  const job = await replacing(machine);
  if (job === undefined) return;
  throw new UserError(
    `${job} is already working on the database of "${machine.stack}": \`npx holdfast backup follow ${job} --stack ${machine.stack}\` ` +
      "shows it. The app starts by itself when it ends; wait for that before you begin another job",
  );
}

async function replacing(machine: Pick<DatabaseMachine, "tell">): Promise<string | undefined> {
  // A machine that is not reached refuses the next step anyway.
  const answer = await machine.tell(["replacing"]).catch(() => "");
  return answer.trim() || undefined;
}

type App = Pick<DatabaseMachine, "stack" | "appMachines">;

async function stopApp({ stack, appMachines }: App, migrate: boolean, tell: typeof tellPause): Promise<void> {
  const command = ["begin", ...(migrate ? [] : ["--no-migrate"])];
  // Waits for all answers: a machine that is told to start must not still be stopping.
  const answers = await Promise.allSettled(appMachines.map((machine) => tell(stack, machine, command)));
  for (const answer of answers) {
    if (answer.status === "rejected") throw answer.reason;
    const { machine, away } = answer.value;
    if (away === undefined) continue;
    console.error(
      `${machine} does not answer, so its instances are not stopped (${away}): they lose the database and use the new one when it is there`,
    );
  }
}

/** One after the other: the first machine migrates, and the others wait for that. */
async function startApp({ stack, appMachines }: App, tell: typeof tellPause): Promise<void> {
  for (const target of appMachines) {
    const { machine, away } = await tell(stack, target, ["end"]);
    if (away !== undefined) {
      console.error(`${machine} does not answer (${away}): its stopped instances start by themselves`);
    }
  }
}

/** @throws when the machine refuses */
async function tellPause(
  stack: string,
  target: Target,
  command: readonly string[],
): Promise<{ readonly machine: string; readonly away?: string }> {
  const { machine } = target;
  const answer = await onMachine(stack, target, ["sudo", pausePaths.command, ...command], (program, args) =>
    tryRun(program, [...alive, ...args]),
  ).catch((error: unknown): CommandResult => {
    if (!(error instanceof UserError)) throw error;
    return { code: NO_CONNECTION, stdout: "", stderr: error.message };
  });
  if (answer.code === 0) return { machine };
  const output = printable((answer.stderr || answer.stdout).trim());
  if (answer.code === NO_CONNECTION) return { machine, away: output.split("\n").at(-1) ?? "" };
  throw new UserError(`${machine}: ${output || `exit code ${answer.code}`}`);
}
