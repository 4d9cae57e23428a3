import { messageOf } from "../../lib/errors";
import type { Duplex } from "node:stream";
import { Client } from "ssh2";
import type { Connection } from "./connection";
import { ConnectionFailure, explainError, hostKeyChanged } from "./failures";
import { algorithmsFor, formatHostKey, pinOf, type HostKeys } from "./hostKeys";
import type { Credential, Credentials } from "./credential";
import { findCredentials, inOrder } from "./keys";
import { fingerprintOf, type ListedKey } from "./keyText";
import { Session } from "./session";
import type { SharedJumps } from "./sharedJumps";

export interface ConnectOptions {
  readonly connection: Connection;
  readonly pinned: HostKeys;
  readonly signal: AbortSignal;
  /** Milliseconds for each hop. */
  readonly hopTimeout: number;
  /**
   * Milliseconds until a hop accepts the connection: its kernel does that at once, even if it is busy. @default
   * hopTimeout
   */
  readonly reachTimeout?: number;
  /** Keys for machines. @default those that `findCredentials` finds */
  readonly credentials?: Credentials;
  /** Keys that the machine and its jump hosts are known to accept: they are offered first. @default unknown */
  readonly known?: readonly ListedKey[];
  /** Shared connections to jump hosts. @default each session opens and closes its own */
  readonly jumps?: SharedJumps;
}

interface Hop {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Name under which its host key is pinned. */
  readonly pin: string;
}

/** Milliseconds. Three unanswered questions end the connection to a machine that vanished. */
const keepaliveInterval = 5_000;

/**
 * Opens a session, directly or through the first jump host that works.
 *
 * @throws ConnectionFailure of the last jump host that was tried
 */
export async function connect(options: ConnectOptions): Promise<Session> {
  const credentials = options.credentials ?? (await credentialsOrFailure());
  const seen: Record<string, string> = {};
  const { host, port = 22, user, via = [] } = options.connection;
  const target: Hop = { host, port, user, pin: "machine" };
  if (via.length === 0) {
    const client = await dial(target, options, credentials, seen);
    return new Session([client], user, seen);
  }
  let failure: unknown;
  for (const jump of via) {
    try {
      const clients = await dialThrough(asHop(jump), target, options, credentials, seen);
      return new Session(clients, user, seen);
    } catch (error) {
      options.signal.throwIfAborted();
      // A person has to look at a changed host key, so no other jump host is tried.
      if (error instanceof ConnectionFailure && error.reason === "hostKeyChanged") throw error;
      failure = error;
    }
  }
  throw failure;
}

async function credentialsOrFailure(): Promise<Credentials> {
  try {
    return await findCredentials();
  } catch (error) {
    throw new ConnectionFailure("noKey", messageOf(error));
  }
}

function asHop(jump: NonNullable<Connection["via"]>[number]): Hop {
  return { host: jump.host, port: jump.port ?? 22, user: jump.user, pin: pinOf(jump) };
}

async function dialThrough(
  jump: Hop,
  target: Hop,
  options: ConnectOptions,
  credentials: Credentials,
  seen: Record<string, string>,
): Promise<[Client, ...Client[]]> {
  const { jumps } = options;
  const open = () => dial(jump, options, credentials, seen);
  const carrier = await (jumps?.get(`${jump.user}@${describe(jump)}`, open) ?? open());
  const own = jumps ? [] : [carrier];
  try {
    const where = `${describe(target)} (through ${jump.host})`;
    const socket = await forward(carrier, target, where, options);
    return [await dial(target, options, credentials, seen, socket, where), ...own];
  } catch (error) {
    for (const client of own) client.end();
    throw error;
  }
}

function forward(
  carrier: Client,
  target: Hop,
  where: string,
  { hopTimeout, reachTimeout = hopTimeout }: ConnectOptions,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    // If the target does not answer, the jump host itself tries for minutes.
    const timer = setTimeout(() => {
      reject(unanswered(where));
    }, reachTimeout);
    carrier.forwardOut("127.0.0.1", 0, target.host, target.port, (error, channel) => {
      clearTimeout(timer);
      if (error) reject(explainError(error, where));
      else resolve(channel);
    });
  });
}

function dial(
  hop: Hop,
  { pinned, signal, hopTimeout, reachTimeout = hopTimeout, known: accepted }: ConnectOptions,
  credentials: Credentials,
  seen: Record<string, string>,
  sock?: Duplex,
  where = describe(hop),
): Promise<Client> {
  const client = new Client();
  const offered = inOrder(credentials.usable, accepted);
  const known = pinned[hop.pin] ?? seen[hop.pin];
  let changed: ConnectionFailure | undefined;
  return new Promise((resolve, reject) => {
    const unreached = setTimeout(() => {
      fail(unanswered(where));
    }, reachTimeout);
    const abort = () => {
      clearTimeout(unreached);
      client.destroy();
      reject(new Error("interrupted"));
    };
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener("abort", abort, { once: true });
    client.on("connect", () => {
      clearTimeout(unreached);
    });
    client.on("ready", () => {
      signal.removeEventListener("abort", abort);
      resolve(client);
    });
    const fail = (error: Error) => {
      clearTimeout(unreached);
      signal.removeEventListener("abort", abort);
      client.destroy();
      const failure = error instanceof ConnectionFailure ? error : explainError(error, where);
      reject(changed ?? refine(failure, hop, offered, credentials.leftOut, accepted));
    };
    client.on("error", (error: Error & { level?: string }) => {
      // ssh2 goes on with the next key by itself.
      if (error.level !== "agent") fail(error);
    });
    client.on("close", () => {
      fail(new Error("closed"));
    });
    const serverHostKey = algorithmsFor(known);
    client.connect({
      host: hop.host,
      port: hop.port,
      username: hop.user,
      sock,
      readyTimeout: hopTimeout,
      keepaliveInterval,
      keepaliveCountMax: 3,
      authHandler: offered.map((credential) => credential.methodFor(hop.user)),
      algorithms: serverHostKey && { serverHostKey },
      hostVerifier: (raw: Buffer) => {
        const shown = formatHostKey(raw);
        if (known && shown !== known) {
          changed = hostKeyChanged(where, known, shown);
          return false;
        }
        seen[hop.pin] = shown;
        return true;
      },
    });
  });
}

function unanswered(where: string): ConnectionFailure {
  return new ConnectionFailure("timeout", `${where} does not answer`);
}

/** Adds to a refused login what was tried, what was not and why, and what would help. */
function refine(
  failure: ConnectionFailure,
  hop: Hop,
  offered: readonly Credential[],
  leftOut: readonly string[],
  accepted: readonly ListedKey[] = [],
): ConnectionFailure {
  const problems = offered.flatMap(({ name, problem }) => problem?.()?.replace(/^/, `${name}: `) ?? []);
  if (failure.reason === "timeout" && problems.length > 0) {
    return new ConnectionFailure("timeout", [failure.message, ...problems].join("\n"));
  }
  if (failure.reason !== "keyRefused") return failure;
  const bodies = new Set(offered.map(({ publicKey }) => publicKey));
  const hasNone = accepted.length > 0 && !accepted.some(({ body }) => bodies.has(body));
  return new ConnectionFailure(
    "keyRefused",
    [
      `${failure.message} for user ${hop.user} (tried: ${offered.map(({ name }) => name).join(", ")}).`,
      ...problems,
      ...leftOut,
      ...(hasNone ? [`None of them is a key that it accepts: ${accepted.map(nameOf).join(", ")}.`] : []),
      "Set HOLDFAST_SSH_KEY_FILE to the private key that belongs to one of the stack's admin SSH keys, or to the .pub file " +
        "of one that the SSH agent holds.",
    ].join("\n"),
  );
}

function nameOf({ body, comment }: ListedKey): string {
  return `${comment} (${fingerprintOf(body)})`.trim();
}

function describe(hop: Hop): string {
  return hop.port === 22 ? hop.host : `${hop.host} port ${String(hop.port)}`;
}
