import Ajv from "ajv";
import type { FastifyInstance } from "fastify";
import { contract } from "../contract/contract";
import { delays } from "../service/actions/delays";
import type { Cloud } from "../service/cloud";
import { ApiError, invalidField, notFound } from "../service/errors";
import { cloudStatus } from "../service/status";
import { setIdleTimeout } from "../service/storageBoxes/storageBoxes";
import type { CallLog } from "./callLog";
import { faultSchema, type FaultRequest, type Faults } from "./faults";

const isFault = new Ajv().compile<FaultRequest>(faultSchema);

/** What control calls look at and change. */
interface Controlled {
  readonly cloud: Cloud;
  readonly faults: Faults;
  readonly calls: CallLog;
  /** Of the first project. */
  readonly tokens: Set<string>;
}

/** What the local cloud has beside Hetzner's API: faults, delays, and a look inside. */
export function controlRoutes(app: FastifyInstance, { cloud, faults, calls, tokens }: Controlled): void {
  app.get("/_local/status", () => cloudStatus(cloud));
  app.get("/_local/calls", () => ({ calls: calls.all() }));

  // At Hetzner, people make and delete tokens in the console. These last until the local cloud's process ends.
  app.post("/_local/tokens", ({ body }, reply) => {
    const { token } = body as { token?: unknown };
    if (typeof token !== "string" || token.length !== 64) throw invalidField("token", "has to have 64 characters");
    tokens.add(token);
    return reply.status(204).send();
  });
  app.delete<{ Params: { token: string } }>("/_local/tokens/:token", ({ params }, reply) => {
    if (!tokens.delete(params.token)) throw notFound("token", "that");
    return reply.status(204).send();
  });

  app.get("/_local/delays", () => {
    const { factor } = cloud.actions;
    return { factor, seconds: { assign_floating_ip: delays.assign_floating_ip * factor } };
  });
  app.post("/_local/delays", ({ body }) => {
    const factor = (body as { factor?: unknown }).factor;
    if (typeof factor !== "number") throw invalidField("factor", "is required and has to be a number");
    cloud.actions.setFactor(factor);
    return { factor };
  });

  app.post<{ Params: { id: string } }>("/_local/storage_boxes/:id", async ({ params, body }) => {
    const { idleTimeout } = body as { idleTimeout?: unknown };
    if (typeof idleTimeout !== "number" || !(idleTimeout >= 1)) {
      throw invalidField("idleTimeout", "is required and has to be a number of seconds from 1");
    }
    return { idleTimeout: await setIdleTimeout(cloud, params.id, Math.round(idleTimeout)) };
  });

  app.get("/_local/faults", () => ({ faults: faults.all() }));
  app.post("/_local/faults", ({ body }, reply) => {
    const fault = faults.add(checkedFault(body));
    void reply.status(201);
    return { fault };
  });
  app.delete("/_local/faults", (_request, reply) => {
    faults.clear();
    return reply.status(204).send();
  });
  app.delete<{ Params: { id: string } }>("/_local/faults/:id", ({ params }, reply) => {
    if (!faults.remove(Number(params.id))) throw notFound("fault", params.id);
    return reply.status(204).send();
  });
}

function checkedFault(body: unknown): FaultRequest {
  if (!isFault(body)) {
    throw new ApiError("invalid_input", `the fault is not valid: ${new Ajv().errorsText(isFault.errors)}`);
  }
  if (body.operation !== "*" && !contract.some((operation) => operation.name === body.operation)) {
    throw invalidField("operation", `"${body.operation}" is not an operation of the API, e.g. "GET /servers/{id}"`);
  }
  if (body.error === undefined && body.delay === undefined && body.silent !== true && body.down !== true) {
    throw invalidField("error", "a fault needs one of error, delay, silent, down");
  }
  return body;
}
