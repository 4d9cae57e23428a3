import type { RunResult } from "../../../lib/run";

/** The result of a command that has to end well; of one that does not, what it said is the error. */
export function succeeded(result: RunResult): RunResult {
  const { code, stdout, stderr } = result;
  if (code !== 0) throw new Error(`exit code ${code}\n${stdout}\n${stderr}`);
  return result;
}

/** All that a command said that has to end well. */
export function saidBy(result: RunResult): string {
  const { stdout, stderr } = succeeded(result);
  return stdout + stderr;
}
