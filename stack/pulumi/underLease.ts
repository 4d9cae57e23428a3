import type { LeaseInput } from "../../provider/machine/inputs";
import { Lease } from "../../provider/machine/lease/lease";
import { goesWithoutLease } from "../../provider/machine/lease/settings";
import type { HostKeys } from "../../provider/ssh/hostKeys";
import { findCredentials } from "../../provider/ssh/keys";
import { messageOf, UserError } from "../../lib/errors";
import { routesOf } from "../ssh/config";
import { keyFile } from "../ssh/identities";
import { createProgress } from "../../lib/terminal/progress";
import type { StackState } from "../state";

const CONFIGURATION = "holdfast:machine:Configuration";

/**
 * Changes machines of a stack under the lease that `pulumi up` takes too. The lease is released at the end; if this
 * process dies, it ends within 90 seconds.
 *
 * @param reason shown to others who wait for it
 * @throws UserError when another run has it for too long, or the machine that keeps it is not reached; nothing was
 * done then
 */
export async function underLease<T>(
  stack: string,
  state: StackState,
  reason: string,
  work: () => Promise<T>,
): Promise<T> {
  const keeper = leaseMachineOf(state);
  const known = routesOf(state).flatMap(({ accepted = [] }) => accepted);
  if (!keeper || goesWithoutLease()) return work();
  const lease = await createProgress().step({ title: `Taking the lease of ${stack}` }, async (tell) => {
    try {
      const signal = new AbortController().signal;
      const credentials = await findCredentials(keyFile(stack));
      return await Lease.take(keeper.route, { pinned: keeper.pinned, signal, tell, reason, credentials, known });
    } catch (error) {
      throw new UserError(messageOf(error));
    }
  });
  try {
    return await work();
  } finally {
    await lease.release();
  }
}

/**
 * The route to the machine that keeps the lease of a stack, and the pinned host keys; undefined if no machine keeps
 * one.
 */
export function leaseMachineOf(
  state: StackState,
): { readonly route: LeaseInput; readonly pinned: HostKeys } | undefined {
  const configurations = state.resources
    .filter(({ type, outputs }) => type === CONFIGURATION && outputs !== undefined)
    .map(({ outputs }) => outputs as { serverId: string; hostKeys?: HostKeys; lease?: LeaseInput });
  const route = configurations.find(({ lease }) => lease !== undefined)?.lease;
  if (!route) return undefined;
  const others = configurations.flatMap(({ hostKeys = {} }) => Object.entries(hostKeys));
  const own = configurations.flatMap(({ serverId, hostKeys }) =>
    hostKeys?.machine === undefined ? [] : [[serverId, hostKeys.machine] as const],
  );
  return { route, pinned: Object.fromEntries([...others.filter(([name]) => name !== "machine"), ...own]) };
}
