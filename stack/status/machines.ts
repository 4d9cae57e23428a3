import { messageOf } from "../../lib/errors";
import { connect, type ConnectOptions } from "../../provider/ssh/connect";
import { type Credential, findCredentials } from "../../provider/ssh/keys";
import { SharedJumps } from "../../provider/ssh/sharedJumps";
import type { Route } from "../ssh/config";
import { probe, type Probe } from "./probe";

/** The answer of a machine, or why there is none. */
export type Answer = { readonly probe: Probe } | { readonly unreachable: string };

/** A machine that accepts the connection may take this many times the limit: it may be slow. */
const patience = 4;

/**
 * Asks all machines at the same time. A machine that does not accept the connection within the limit is given up; one
 * that accepts it is merely slow.
 *
 * @param limit seconds
 * @param keyFile private key. @default what SSH uses
 */
export async function askMachines(
  routes: readonly Route[],
  { limit, keyFile }: { limit: number; keyFile?: string },
): Promise<ReadonlyMap<string, Answer>> {
  const credentials = findCredentials(keyFile);
  const jumps = new SharedJumps();
  try {
    const asked = routes.map(
      async (route) => [route.machine, await askMachine(route, { limit, credentials, jumps })] as const,
    );
    return new Map(await Promise.all(asked));
  } finally {
    jumps.close();
  }
}

interface Means {
  readonly limit: number;
  readonly credentials: readonly Credential[];
  readonly jumps: SharedJumps;
}

async function askMachine(route: Route, { limit, ...means }: Means): Promise<Answer> {
  const seconds = patience * limit;
  const signal = AbortSignal.timeout(seconds * 1000);
  const late = new Promise<Answer>((resolve) => {
    signal.addEventListener("abort", () => {
      resolve({ unreachable: `slow: it accepts connections, but does not answer within ${seconds} s` });
    });
  });
  const timeouts = { reachTimeout: limit * 1000, hopTimeout: seconds * 1000 };
  return Promise.race([late, openAndAsk(route, signal, { ...timeouts, ...means })]);
}

async function openAndAsk(
  route: Route,
  signal: AbortSignal,
  means: Omit<Means, "limit"> & Pick<ConnectOptions, "hopTimeout" | "reachTimeout">,
): Promise<Answer> {
  const { host, port, user, jumps, hostKey } = route;
  if (hostKey === undefined)
    return { unreachable: "its host key is not pinned yet: `pulumi up` has not configured it" };
  try {
    const session = await connect({
      connection: { host, port, user, via: jumps.map((jump) => ({ ...jump, serverId: jumpName(jump) })) },
      pinned: {
        machine: hostKey,
        ...Object.fromEntries(jumps.flatMap((jump) => (jump.hostKey ? [[jumpName(jump), jump.hostKey]] : []))),
      },
      signal,
      ...means,
    });
    try {
      return { probe: await probe(session) };
    } finally {
      session.close();
    }
  } catch (error) {
    const [reason = ""] = messageOf(error).split("\n");
    return { unreachable: reason };
  }
}

/** Name under which the key of a jump host is pinned for this question. */
function jumpName({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host}:${port}`;
}
