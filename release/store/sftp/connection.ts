import type { SFTPWrapper } from "ssh2";
import type { SftpPlace } from "../../../blueprint/resolve/sftpStore";
import { connect } from "../../../provider/ssh/connect";
import { ConnectionFailure } from "../../../provider/ssh/failures";
import type { Credentials } from "../../../provider/ssh/credential";
import { findCredentials } from "../../../provider/ssh/keys";
import type { Session } from "../../../provider/ssh/session";
import { ReleaseError } from "../../errors";
import { brokeOff, noWayIn } from "./problems";

/** Operations at a time: servers limit how many files a session has open. */
const lanes = 16;
/** Milliseconds that an idle connection stays: the next operation usually follows at once, and an open one keeps the process. */
const idleTime = 200;
/** Milliseconds that connecting and logging in may take. */
const connectTimeout = 15_000;

interface Opened {
  readonly session: Session;
  readonly sftp: SFTPWrapper;
  /** Rejects when the connection has ended: what was asked over it may then never be answered. */
  readonly broken: Promise<never>;
}

/** One connection to an SFTP server, shared by all operations at a time. It opens on demand and closes when idle. */
export class SftpConnection {
  private opened?: Promise<Opened>;
  private working = 0;
  private readonly waiting: (() => void)[] = [];
  private idle?: NodeJS.Timeout;

  constructor(private readonly place: SftpPlace) {}

  /** @throws ReleaseError, also for whatever the work throws */
  async use<T>(work: (sftp: SFTPWrapper) => Promise<T>): Promise<T> {
    await this.enter();
    try {
      const opened = (this.opened ??= this.open());
      const forget = () => {
        if (this.opened === opened) this.opened = undefined;
      };
      opened.then(({ broken }) => broken).catch(forget);
      const { sftp, broken } = await opened;
      return await Promise.race([work(sftp), broken]);
    } catch (error) {
      throw error instanceof ReleaseError ? error : brokeOff(this.place, error as Error);
    } finally {
      this.leave();
    }
  }

  private async enter(): Promise<void> {
    clearTimeout(this.idle);
    if (this.working < lanes) this.working += 1;
    // One that is done passes its lane to the next in the queue.
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private leave(): void {
    const next = this.waiting.shift();
    if (next) {
      next();
      return;
    }
    this.working -= 1;
    if (this.working === 0) this.idle = setTimeout(() => this.close(), idleTime);
  }

  private close(): void {
    const { opened } = this;
    this.opened = undefined;
    opened?.then(
      ({ session }) => session.close(),
      () => undefined,
    );
  }

  private async open(): Promise<Opened> {
    const session = await this.connect();
    let end: (reason: Error) => void = () => undefined;
    const broken = new Promise<never>((_resolve, reject) => (end = reject));
    const sftp = await session.files(() => end(new Error("the connection broke")));
    return { session, sftp, broken };
  }

  private async connect(): Promise<Session> {
    const { host, port, user, hostKey } = this.place;
    try {
      return await connect({
        connection: { host, port, user },
        pinned: { machine: hostKey },
        signal: new AbortController().signal,
        hopTimeout: connectTimeout,
        credentials: await credentialsFor(this.place),
      });
    } catch (error) {
      if (error instanceof ConnectionFailure) throw noWayIn(this.place, error);
      throw error;
    }
  }
}

/** @throws ReleaseError when this computer has nothing to log in with */
async function credentialsFor(place: SftpPlace): Promise<Credentials> {
  const { password } = place;
  if (password !== undefined) {
    const login = {
      name: "the password",
      methodFor: (username: string) => ({ type: "password", username, password }) as const,
    };
    return { usable: [login], leftOut: [] };
  }
  try {
    return await findCredentials();
  } catch (error) {
    throw new ReleaseError(`${place.user}@${place.host}`, {
      wrong: `cannot be reached: ${error instanceof Error ? error.message : String(error)}`,
      why: "the server accepts nobody without a password or a key",
      fix: "set holdfast:releases.secretKey to the password, or give this computer a key that the server accepts",
    });
  }
}
