import type { handleUnaryCall } from "@grpc/grpc-js";
import type { Connection, Connections } from "./connections";
import { toServiceError } from "./errors";
import { remark, secretNames, unwrap } from "./secrets";
import type { Call, ProviderDefinition, ResourceHandler, Values } from "./types";

/** A method of the service: errors become answers, and no answer overtakes the log lines of its call. */
export function unary<Request, Response>(
  connections: Connections,
  answer: (request: Request, connection: Connection) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, reply) => {
    const connection = connections.of(call.getPeer());
    const run = async () => {
      try {
        const response = await answer(call.request, connection);
        await connection.flushLogs();
        reply(null, response);
      } catch (error) {
        await connection.flushLogs();
        reply(error instanceof Answered ? error.serviceError : toServiceError(error));
      }
    };
    void run();
  };
}

/** An error whose outputs have been made secret where they have to be. */
class Answered extends Error {
  constructor(readonly serviceError: ReturnType<typeof toServiceError>) {
    super(serviceError.message);
  }
}

/** For a handler's failure: its outputs are made secret before they are answered. */
export function rethrow(finish: (outputs: Values) => Values): (error: unknown) => never {
  return (error) => {
    throw new Answered(toServiceError(error, finish));
  };
}

/**
 * The resource's handler, what it is told of the call, and `prepare`, which gives it values as it wants them and a
 * `finish` that makes secret again what came in as a secret.
 */
export function find(definition: ProviderDefinition, connection: Connection, urn: string, timeout = 0) {
  const [, , types = "", ...name] = urn.split("::");
  const type = types.slice(types.lastIndexOf("$") + 1);
  const handler: ResourceHandler | undefined = definition.resources[type];
  if (!handler) throw unknown("resource type", type, definition);
  const call = describeCall(connection, { urn, name: name.join("::"), type }, timeout);
  const prepare = (values: Values) =>
    handler.acceptsSecrets
      ? { values, finish: (outputs: Values) => outputs }
      : { values: unwrap(values), finish: (outputs: Values) => remark(outputs, secretNames(values)) };
  return { handler, call, prepare };
}

/** For a type or function that the provider does not have. */
export function unknown(what: string, token: string, { name, hint }: ProviderDefinition): Error {
  return new Error(`The ${name} provider has no ${what} ${token}.${hint === undefined ? "" : ` ${hint}`}`);
}

/** @param timeout seconds after which the call's signal fires; 0: never by itself */
export function describeCall(connection: Connection, about: Pick<Call, "urn" | "name" | "type">, timeout = 0): Call {
  const { signal } = connection;
  return {
    ...about,
    connection: connection.id,
    signal: timeout > 0 ? AbortSignal.any([signal, AbortSignal.timeout(timeout * 1000)]) : signal,
    log: (message, { level = "info", status = false } = {}) => {
      connection.log(about.urn, message, level, status);
    },
  };
}
