import { printable } from "../../lib/printable";
import { messageOf } from "../../lib/errors";
import { connect, type ConnectOptions } from "../../provider/ssh/connect";
import { ConnectionFailure } from "../../provider/ssh/failures";
import type { Credentials } from "../../provider/ssh/credential";
import { findCredentials } from "../../provider/ssh/keys";
import type { Session } from "../../provider/ssh/session";
import { SharedJumps } from "../../provider/ssh/sharedJumps";
import type { Route } from "./config";

/** What a machine said, or why it said nothing; `late`: more time may help. */
export type Reply<T> = { readonly said: T } | { readonly unreachable: string; readonly late?: boolean };

export interface AskOptions {
  /** Seconds until a machine accepts the connection. */
  readonly limit: number;
  /** Seconds until it has answered; one that accepts the connection is merely slow. @default four times `limit` */
  readonly patience?: number;
  /** Private key. @default what SSH uses */
  readonly keyFile?: string;
}

/**
 * Asks all machines at the same time, over connections to jump hosts that they share.
 *
 * @param question what to do in a session; an error is a machine that said nothing
 */
export async function askEach<T>(
  routes: readonly Route[],
  { limit, patience = 4 * limit, keyFile }: AskOptions,
  question: (session: Session, route: Route) => Promise<T>,
): Promise<ReadonlyMap<string, Reply<T>>> {
  const credentials = await findCredentials(keyFile);
  const jumps = new SharedJumps();
  try {
    const asked = routes.map(
      async (route) => [route.machine, await askOne(route, { limit, patience, credentials, jumps }, question)] as const,
    );
    return new Map(await Promise.all(asked));
  } finally {
    jumps.close();
  }
}

interface Means {
  readonly limit: number;
  readonly patience: number;
  readonly credentials: Credentials;
  readonly jumps: SharedJumps;
}

async function askOne<T>(
  route: Route,
  { limit, patience, ...means }: Means,
  question: (session: Session, route: Route) => Promise<T>,
): Promise<Reply<T>> {
  const signal = AbortSignal.timeout(patience * 1000);
  const late = new Promise<Reply<T>>((resolve) => {
    signal.addEventListener("abort", () => {
      resolve({ unreachable: `slow: it accepts connections, but does not answer within ${patience} s`, late: true });
    });
  });
  const timeouts = { reachTimeout: limit * 1000, hopTimeout: patience * 1000 };
  return Promise.race([late, openAndAsk(route, limit, { signal, ...timeouts, ...means }, question)]);
}

async function openAndAsk<T>(
  route: Route,
  limit: number,
  means: Omit<ConnectOptions, "connection" | "pinned">,
  question: (session: Session, route: Route) => Promise<T>,
): Promise<Reply<T>> {
  const { host, port, user, jumps, hostKey, accepted: known } = route;
  if (hostKey === undefined)
    return { unreachable: "its host key is not pinned yet: `pulumi up` has not configured it" };
  try {
    const session = await connect({
      connection: { host, port, user, via: jumps.map((jump) => ({ ...jump, serverId: jumpName(jump) })) },
      pinned: {
        machine: hostKey,
        ...Object.fromEntries(jumps.flatMap((jump) => (jump.hostKey ? [[jumpName(jump), jump.hostKey]] : []))),
      },
      known,
      ...means,
    });
    try {
      return { said: await question(session, route) };
    } finally {
      session.close();
    }
  } catch (error) {
    const reason = printable(messageOf(error).split("\n")[0] ?? "");
    const late = error instanceof ConnectionFailure && error.reason === "timeout";
    return late ? { unreachable: `${reason} within ${limit} s`, late } : { unreachable: reason };
  }
}

/** Name under which the key of a jump host is pinned for this question. */
function jumpName({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host}:${port}`;
}
