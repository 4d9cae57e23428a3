import { setTimeout as pause } from "node:timers/promises";
import { Client } from "ssh2";
import { explainError } from "../ssh/failures";
import { formatHostKey } from "../ssh/hostKeys";

export interface SshServer {
  readonly host: string;
  readonly port: number;
}

/** Seconds until a server answers: a new Storage Box takes a while. */
const limit = 120;
/** Seconds for one attempt, and between two. */
const attemptLimit = 10;
const interval = 2;

/**
 * The host key of an SSH server, in OpenSSH's form. It does not log in.
 *
 * @throws when the server shows no key for two minutes, with the last reason
 */
export async function askHostKey(
  server: SshServer,
  { signal, tell }: { signal: AbortSignal; tell: (message: string) => void },
): Promise<string> {
  for (const started = Date.now(); ; await pause(interval * 1000, undefined, { signal })) {
    try {
      return await shownKey(server);
    } catch (error) {
      signal.throwIfAborted();
      const where = `${server.host} port ${String(server.port)}`;
      const { message } = explainError(error as Error, where);
      if (Date.now() - started > limit * 1000) {
        throw new Error(
          `${message}\nGiven up after ${String(limit)} s. May this computer connect to that port? With ` +
            "holdfast:backup.storage.hostKey in the settings this question is not needed.",
        );
      }
      tell(`waiting for the host key: ${message}`);
    }
  }
}

function shownKey({ host, port }: SshServer): Promise<string> {
  const client = new Client();
  const shown = new Promise<string>((resolve, reject) => {
    // Our refusal of the key ends in an error too, after the key is known.
    client.on("error", reject);
    client.on("close", () => reject(new Error("the connection was closed")));
    client.connect({
      host,
      port,
      username: "nobody",
      readyTimeout: attemptLimit * 1000,
      hostVerifier: (key: Buffer) => {
        resolve(formatHostKey(key));
        return false;
      },
    });
  });
  return shown.finally(() => client.destroy());
}
