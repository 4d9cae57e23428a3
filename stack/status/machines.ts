import { askEach, type AskOptions } from "../ssh/askEach";
import type { Route } from "../ssh/config";
import { probe, type Probe } from "./probe";

/** The answer of a machine, or why there is none. */
export type Answer = { readonly probe: Probe } | { readonly unreachable: string };

/**
 * Asks all machines at the same time. A machine that does not accept the connection within the limit is given up; one
 * that accepts it is merely slow.
 */
export async function askMachines(routes: readonly Route[], options: AskOptions): Promise<ReadonlyMap<string, Answer>> {
  const replies = await askEach(routes, options, probe);
  return new Map(
    [...replies].map(
      ([machine, reply]) => [machine, "said" in reply ? { probe: reply.said } : silence(reply)] as const,
    ),
  );
}

function silence({ unreachable, late }: { readonly unreachable: string; readonly late?: boolean }): Answer {
  return { unreachable: late ? `${unreachable}; --timeout SECONDS gives it more` : unreachable };
}
