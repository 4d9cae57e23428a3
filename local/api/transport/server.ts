import { createHash, timingSafeEqual } from "node:crypto";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { contract, methodOf, pathOf, type ContractOperation } from "../contract/contract";
import type { Cloud } from "../service/cloud";
import { ApiError, notBuilt } from "../service/errors";
import type { Operations } from "../service/operation";
import { inProject } from "../service/projects";
import { CallLog } from "./callLog";
import { controlRoutes } from "./control";
import { errorBody, statusOf } from "./errorAnswers";
import { Faults, type Fault } from "./faults";
import { listing } from "./listing";
import { RateLimit } from "./rateLimit";
import { checkBody } from "./validation";

/** What the transport stands on. */
export interface TransportOptions {
  readonly cloud: Cloud;
  readonly operations: Operations;
  /** Of the first project; also for what the local cloud has beside Hetzner's API. */
  readonly token: string;
  /** Tokens of more projects, by the projects' names. */
  readonly projects: Readonly<Record<string, string>>;
  /** Requests an hour, in each project. */
  readonly rateLimit: number;
}

/** One project, with its tokens. */
interface Project {
  readonly tokens: Set<string>;
  /** What the project has. */
  readonly cloud: Cloud;
  readonly limit: RateLimit;
}

declare module "fastify" {
  interface FastifyRequest {
    /** Known once the token was checked. */
    project?: Project;
  }
  interface FastifyContextConfig {
    /** Name of the contract's operation that the route serves. */
    operation?: string;
  }
}

/** The HTTP side: everything about requests and answers, and nothing about what they mean. */
export function transport(options: TransportOptions): FastifyInstance {
  const { cloud } = options;
  // Clients keep connections open; closing must not wait for them.
  const app = fastify({ exposeHeadRoutes: false, forceCloseConnections: true, bodyLimit: 1024 * 1024 });
  const faults = new Faults();
  const calls = new CallLog();
  const project = (token: string, name?: string): Project => ({
    tokens: new Set([token]),
    cloud: inProject(cloud, name),
    limit: new RateLimit(cloud.clock, options.rateLimit),
  });
  const first = project(options.token);
  const projects = [first, ...Object.entries(options.projects).map(([name, token]) => project(token, name))];

  parseEveryBodyAsJson(app);
  app.setErrorHandler((error, _request, reply) => sendError(cloud, reply, error));
  app.setNotFoundHandler((request, reply) =>
    sendError(cloud, reply, new ApiError("not_found", `there is no ${request.method} ${request.url}`)),
  );
  logCalls(app, calls);
  app.addHook("onRequest", async (request, reply) => {
    if (isControl(request)) {
      projectOf(request, [{ ...first, tokens: new Set([options.token]) }]);
      return;
    }
    const fault = faults.meet(request.routeOptions.config.operation ?? "");
    if (fault !== undefined && (await suffer(fault, request, reply, cloud))) return;
    request.project = projectOf(request, projects);
    const { allowed, headers } = request.project.limit.take();
    void reply.headers(headers);
    if (!allowed) throw new ApiError("rate_limit_exceeded", "rate limit exceeded: wait until RateLimit-Reset");
  });

  for (const operation of contract) {
    app.route({
      method: methodOf(operation),
      url: `/v1${pathOf(operation).replaceAll(/\{(\w+)\}/g, ":$1")}`,
      config: { operation: operation.name },
      handler: (request, reply) => answer(options.operations, operation, request, reply),
    });
  }
  controlRoutes(app, { cloud, faults, calls, tokens: first.tokens });
  return app;
}

function isControl(request: FastifyRequest): boolean {
  return request.url.startsWith("/_local/");
}

/** Actions are posted with no body, `{}` or an object, with any content type or none. */
function parseEveryBodyAsJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => {
    const text = body.toString().trim();
    try {
      done(null, text === "" ? {} : JSON.parse(text));
    } catch {
      done(new ApiError("json_error", "the body is not valid JSON"));
    }
  });
}

function logCalls(app: FastifyInstance, calls: CallLog): void {
  const record = (request: FastifyRequest, status: number | null, duration: number) => {
    if (isControl(request)) return;
    calls.add({
      time: new Date(Date.now() - duration).toISOString(),
      method: request.method,
      path: request.url,
      operation: request.routeOptions.config.operation ?? null,
      status,
      duration: Math.round(duration),
    });
  };
  app.addHook("onResponse", (request, reply, done) => {
    record(request, reply.statusCode, reply.elapsedTime);
    done();
  });
  app.addHook("onRequestAbort", (request, done) => {
    record(request, null, 0);
    done();
  });
}

/** The project that the request's token opens. @throws unauthorized */
function projectOf(request: FastifyRequest, projects: readonly Project[]): Project {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const shown = digest(request.headers.authorization ?? "");
  // Compares digests, so that the time it takes does not depend on the token.
  const opened = projects.filter(
    ({ tokens }) => [...tokens].filter((token) => timingSafeEqual(shown, digest(`Bearer ${token}`))).length > 0,
  );
  if (!opened[0]) {
    throw new ApiError("unauthorized", "unable to authenticate: the token is not one of this local cloud");
  }
  return opened[0];
}

/** @returns whether that was all there is to the request */
async function suffer(fault: Fault, request: FastifyRequest, reply: FastifyReply, cloud: Cloud): Promise<boolean> {
  void reply.header("x-holdfast-fault", String(fault.id));
  if (fault.down === true) request.raw.socket.destroy();
  if (fault.down === true || fault.silent === true) {
    reply.hijack();
    return true;
  }
  const { delay, error } = fault;
  if (delay !== undefined) await new Promise<void>((resolve) => cloud.clock.after(delay * 1000, resolve));
  if (error === undefined) return false;
  const message = error.message ?? `fault ${String(fault.id)} of the local cloud`;
  void reply.status(error.status ?? statusOf(error.code)).send(errorBody({ code: error.code, message }));
  return true;
}

function answer(
  operations: Operations,
  operation: ContractOperation,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  if (!request.project) throw new Error(`${operation.name} was not authorized`);
  const { cloud } = request.project;
  // A table made from literals: a name of the contract that is not in it is not built.
  const built = operations[operation.name] as Operations[string] | undefined;
  if (built === undefined) throw notBuilt(operation.name);
  const body = request.body ?? {};
  checkBody(operation, body);
  const query = Object.fromEntries(
    Object.entries(request.query as Record<string, string | string[]>).map(([name, value]) => [name, [value].flat()]),
  );
  const input = { params: request.params as Record<string, string>, query, body };
  if (built.kind === "list") {
    return reply.status(operation.status).send(listing(operation, built.key, built.all(cloud, input), query));
  }
  const result = cloud.store.transaction(() => built.run(cloud, input));
  return result === undefined ? reply.status(204).send() : reply.status(operation.status).send(result);
}

function sendError(cloud: Cloud, reply: FastifyReply, error: unknown): FastifyReply {
  if (error instanceof ApiError) return reply.status(statusOf(error.code)).send(errorBody(error));
  const { statusCode, message } = error as { statusCode?: number; message: string };
  if (statusCode !== undefined && statusCode < 500) {
    return reply.status(statusCode).send(errorBody({ code: "invalid_input", message }));
  }
  cloud.log(`server error: ${error instanceof Error ? (error.stack ?? message) : String(error)}`);
  return reply.status(500).send(errorBody({ code: "server_error", message: "internal error of the local cloud" }));
}
