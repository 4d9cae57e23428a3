import type { LoadResult } from "../load/outcomes";
import { warmUp, type Drill, type Measurements } from "./drill";
import { formatFigure, makeResult, type DrillResult } from "./result";
import type { Stack } from "./stack";
import { awaitSteadyState } from "./steadyState";
import { pause } from "./wait";

/** Seconds in which the stack has to be as it was before the fault. */
const recoveryLimit = 120;

/** What every run measures on the visitors' side, by the names that claims use. */
function loadMeasurements(result: LoadResult): Measurements {
  return {
    sent: result.sent,
    failed: result.failed,
    failedOutsideGap: result.failedOutsideGap,
    slowest: result.latency.max,
    p99: result.latency.p99,
    longestGap: result.longestGap,
    generatorLate: result.late,
  };
}

/**
 * Runs a drill: steady state, fault under load, clean-up, steady state, as often as asked. A steady state that does not
 * hold before the first run means that nothing is broken on purpose; one that does not return ends the drill.
 *
 * @param say gets a line for each run
 */
export async function runDrill(
  drill: Drill,
  stack: Stack,
  options: { readonly runs?: number; readonly say: (line: string) => void; readonly steady?: typeof awaitSteadyState },
): Promise<DrillResult> {
  const { say, steady = awaitSteadyState, runs: wanted = drill.runs } = options;
  const runs: Measurements[] = [];
  const api = await stack.apiDelays();
  const end = (status: "aborted" | "not proven", error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    say(`${drill.name}: ${status}: ${reason}`);
    return makeResult(drill, { environment: stack.environment, api, runs, stopped: { status, reason } });
  };
  const cannot = await drill.cannot?.(stack);
  if (cannot !== undefined) return end("not proven", cannot);
  try {
    await drill.prepare?.(stack);
    await steady(stack, recoveryLimit);
  } catch (error) {
    return end("not proven", error);
  }
  for (let number = 1; number <= wanted; number++) {
    let failure: unknown;
    try {
      if (number > 1) await drill.prepare?.(stack);
      const { measurements, failures } = await oneRun(drill, stack, number);
      runs.push(measurements);
      say(`${drill.name} ${number}/${wanted}: ${summary(drill, measurements)}`);
      for (const [kind, times] of Object.entries(failures)) say(`  failed with ${kind}: ${times}`);
    } catch (error) {
      failure = error;
    }
    try {
      await drill.cleanUp?.(stack);
      await steady(stack, recoveryLimit);
    } catch (error) {
      return end("aborted", failure ?? error);
    }
    if (failure !== undefined) return end("aborted", failure);
  }
  return makeResult(drill, { environment: stack.environment, api, runs });
}

/** @throws when the fault cannot be brought about, or at the abort rule's limit */
async function oneRun(drill: Drill, stack: Stack, number: number) {
  const over = new AbortController();
  const load = stack.visit(drill.load, drill.loadUntilOver ? over.signal : undefined);
  // Awaited below; a failing fault must not leave an unhandled rejection behind.
  load.catch(() => undefined);
  await pause(warmUp);
  const limit = new AbortController();
  const abort = pause(drill.abortAfter, limit.signal).then(() => {
    throw new Error(`given up after ${drill.abortAfter} s, as its abort rule says`);
  });
  abort.catch(() => undefined);
  try {
    const measured = await Promise.race([drill.fault(stack, number), abort]);
    if (drill.loadUntilOver) {
      await pause(warmUp);
      over.abort();
    }
    const result = await Promise.race([load, abort]);
    if (drill.loadUntilOver && !result.interrupted)
      throw new Error(`the fault was not over within the ${drill.load.duration} s of its load`);
    const measurements: Measurements = { ...loadMeasurements(result), ...measured };
    return { measurements, failures: result.failures };
  } finally {
    limit.abort();
    over.abort();
  }
}

function summary(drill: Drill, measurements: Measurements): string {
  return drill.claims
    .map(({ metric, text, unit }) => {
      const value = measurements[metric];
      return `${text}: ${value === undefined ? "not measured" : formatFigure(value, unit)}`;
    })
    .join("; ");
}
