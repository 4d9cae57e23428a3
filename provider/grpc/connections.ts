import { printable } from "../../lib/printable";
import { credentials, Metadata } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** As Pulumi's engine has them. */
export type Level = "debug" | "info" | "warning" | "error";

const severity: Readonly<Record<Level, LogSeverity>> = {
  debug: LogSeverity.DEBUG,
  info: LogSeverity.INFO,
  warning: LogSeverity.WARNING,
  error: LogSeverity.ERROR,
};

/** An engine that does not take log lines delays an answer by at most this long (ms). */
const logDeadline = 2_000;

/**
 * One engine's connection to the process. An engine opens one for each provider instance, so that in attach mode,
 * where all of them (and those of other runs) share the process, the connection says which instance a call belongs to.
 */
export class Connection {
  private engine?: EngineClient;
  private controller = new AbortController();
  private pendingLogs: Promise<void> = Promise.resolve();

  constructor(
    readonly id: string,
    private engineAddress?: string,
  ) {}

  /** Aborted by the next Cancel. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Where log lines go. */
  attach(engineAddress: string): void {
    if (!engineAddress || engineAddress === this.engineAddress) return;
    this.engine?.close();
    this.engine = undefined;
    this.engineAddress = engineAddress;
  }

  /** The engine cancels at the end of every run, not only after Ctrl-C: calls that come later are not concerned. */
  cancel(): void {
    this.controller.abort(new Error("cancelled"));
    this.controller = new AbortController();
  }

  /** Lines arrive in the order in which they were logged. */
  log(urn: string, message: string, level: Level, status: boolean): void {
    const address = this.engineAddress;
    if (!address) return;
    this.engine ??= new EngineClient(address, credentials.createInsecure());
    const engine = this.engine;
    const request = new LogRequest();
    request.setSeverity(severity[level]);
    request.setMessage(printable(message));
    request.setUrn(urn);
    request.setEphemeral(status);
    this.pendingLogs = this.pendingLogs.then(
      () =>
        new Promise((resolve) => {
          engine.log(request, new Metadata(), { deadline: Date.now() + logDeadline }, () => {
            resolve();
          });
        }),
    );
  }

  /** Resolves when the engine has all lines: an answer that overtook them would leave them without their resource. */
  flushLogs(): Promise<void> {
    return this.pendingLogs;
  }

  close(): void {
    this.cancel();
    this.engine?.close();
  }
}

/** The connections of a provider process, found by the peer that a call comes from. */
export class Connections {
  /** A stack has a handful of provider instances; more than this are connections of runs long over. */
  private static readonly limit = 64;
  private readonly byPeer = new Map<string, Connection>();

  /** @param engineAddress known before any connection when the engine itself started the process */
  constructor(private readonly engineAddress?: string) {}

  of(peer: string): Connection {
    let connection = this.byPeer.get(peer);
    if (!connection) {
      connection = new Connection(peer, this.engineAddress);
      const oldest = this.byPeer.size >= Connections.limit ? this.byPeer.entries().next().value : undefined;
      if (oldest) {
        oldest[1].close();
        this.byPeer.delete(oldest[0]);
      }
    } else {
      this.byPeer.delete(peer);
    }
    this.byPeer.set(peer, connection);
    return connection;
  }

  close(): void {
    for (const connection of this.byPeer.values()) connection.close();
    this.byPeer.clear();
  }
}
