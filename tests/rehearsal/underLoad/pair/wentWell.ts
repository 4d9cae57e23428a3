import type { RunResult } from "../../../../toolchain/run";

/** What a command said that has to succeed. */
export async function wentWell(running: Promise<RunResult>): Promise<string> {
  const { code, stdout, stderr } = await running;
  if (code !== 0) throw new Error(`exit code ${code}:\n${stdout}\n${stderr}`);
  return stdout;
}
