import { tryRun, type CommandResult } from "../../local/machines/command";
import { pausePaths } from "../../roles/database/pause/pause";
import { messageOf, UserError } from "../../lib/errors";
import type { Target } from "../machines/targets";
import { onMachine } from "../ssh/route";
import type { DatabaseMachine, Job } from "./machine";

/** OpenSSH's exit code when there is no connection, or no more. */
const NO_CONNECTION = 255;

/** A machine that is frozen is noticed within 15 seconds. */
const alive = ["-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=3"];

/**
 * Runs a job that replaces the database, with the app stopped meanwhile; returns its exit code.
 *
 * A machine that cannot be reached is told, and does not stop the work: in a catastrophe one of them often is not. It is
 * no danger to the data: a restore stops PostgreSQL, after everything that was acknowledged has gone to the backup
 * storage, and an import closes the database before it reads the first row.
 *
 * @param migrate whether the release may migrate what comes back, where it has not yet
 * @param tell exchanged in tests
 * @throws when another such job is at work, when a machine refuses, or the job does not begin; the app then runs as before
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
    // One that somebody else has begun meanwhile, or that began although its answer was lost, starts the app at its end.
    if ((await replacing(machine)) !== undefined) throw error;
    await startApp(machine, tell).catch((second: unknown) => {
      console.error(messageOf(second));
    });
    throw error;
  }
  // When the connection breaks for good, the machines find out by themselves when the app may start.
  const code = await machine.follow(job);
  // Replaced or as before, the database is there: what watches it on the app machines would find out a second later.
  await startApp(machine, tell);
  console.log("the app is back");
  return code;
}

/**
 * Makes sure that the stack's database is not being replaced already: by a run that was killed, for instance, whose job goes
 * on. To stop and start the app beside it would start the app before its end.
 *
 * @throws with what shows that job
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
  // A machine of before this question does not know it, and one that is not reached refuses what comes next.
  const answer = await machine.tell(["replacing"]).catch(() => "");
  return answer.trim() || undefined;
}

type App = Pick<DatabaseMachine, "stack" | "appMachines">;

async function stopApp({ stack, appMachines }: App, migrate: boolean, tell: typeof tellPause): Promise<void> {
  const command = ["begin", ...(migrate ? [] : ["--no-migrate"])];
  // All have to have answered: one that is told to start must not be on its way down still.
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

/** In turn: the first machine migrates, and the others wait for that. */
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
  const said = (answer.stderr || answer.stdout).trim();
  if (answer.code === NO_CONNECTION) return { machine, away: said.split("\n").at(-1) ?? "" };
  throw new UserError(`${machine}: ${said || `exit code ${answer.code}`}`);
}
