import { logVerbosity, Server, ServerCredentials, setLogVerbosity } from "@grpc/grpc-js";
import { type AddressInfo, createServer, type Server as Listener } from "node:net";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Connections } from "./connections";
import { isPeerTrusted } from "./peers";
import { createService } from "./service";
import type { ProviderDefinition } from "./types";

/** Bytes. A state with many rendered files in it is larger than gRPC's 4 MiB. */
const largestMessage = 400 * 1024 * 1024;

/** Milliseconds that the end may take: the engine kills a provider 5 s after its SIGINT. */
const endLimit = 4_000;

/** How often (ms) an executable looks whether the engine that started it is still there. */
const orphanCheck = 5_000;

/** How a provider is served. */
export interface ServeOptions {
  /** Port on 127.0.0.1. @default any free one */
  readonly port?: number;
  /** Where log lines go until a connection's own Handshake or Attach says it. */
  readonly engineAddress?: string;
}

/**
 * Serves a provider to Pulumi engines. With `PULUMI_DEBUG_PROVIDERS=NAME:PORT` any number of runs use it at the same
 * time.
 *
 * @throws when the port is taken
 */
export async function serveProvider(
  definition: ProviderDefinition,
  options: ServeOptions = {},
): Promise<{ port: number; close(): Promise<void> }> {
  // What goes wrong is thrown or answered; the library would write it to stderr as well.
  setLogVerbosity(logVerbosity.NONE);
  const server = new Server({
    "grpc.max_receive_message_length": largestMessage,
    "grpc.max_send_message_length": largestMessage,
  });
  const connections = new Connections(options.engineAddress);
  server.addService(ResourceProviderService, createService(definition, connections));
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  const listener = createServer((socket) => {
    // A connection that breaks is the engine's matter, which opens another one.
    socket.on("error", () => socket.destroy());
    if (isPeerTrusted(socket)) injector.injectConnection(socket);
    else socket.destroy();
  });
  await listen(listener, options.port ?? 0);
  return {
    port: (listener.address() as AddressInfo).port,
    close: async () => {
      listener.close();
      connections.close();
      await definition.finish?.();
      injector.destroy();
      server.forceShutdown();
    },
  };
}

async function listen(listener: Listener, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    listener.once("error", (error) => {
      reject(portError(error, `127.0.0.1:${String(port)}`));
    });
    listener.listen({ host: "127.0.0.1", port, exclusive: true }, resolve);
  });
}

/** Names the address and keeps Node's code, which callers want. */
function portError(error: Error, address: string): Error {
  if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") return error;
  const taken = new Error(`${address} is taken by another program`, { cause: error });
  return Object.assign(taken, { code: "EADDRINUSE" });
}

/**
 * What an executable `pulumi-resource-NAME` does: serve, and write the port as the first line of stdout. After that it
 * writes to neither stream, because the engine does not read them. The engine's address is the last argument.
 */
export async function main(definition: ProviderDefinition, args = process.argv.slice(2)): Promise<void> {
  const server = await serveProvider(definition, { engineAddress: args.at(-1) });
  endWithEngine(() => server.close());
  endOnSignal(() => server.close());
  // Last: the reader may end this process at once.
  process.stdout.write(`${String(server.port)}\n`);
}

/** This is how the engine ends a provider. */
function endOnSignal(close: () => Promise<void>): void {
  const end = () => {
    const exit = () => process.exit(0);
    setTimeout(exit, endLimit);
    void close().finally(exit);
  };
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
}

/** A killed engine does not end its providers: without this they would stay for ever. */
function endWithEngine(close: () => Promise<void>): void {
  const engine = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === engine) return;
    clearInterval(timer);
    void close();
  }, orphanCheck);
  timer.unref();
}
