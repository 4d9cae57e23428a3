import { UNKNOWN, PartialFailure, type Call, type ResourceHandler, type Values } from "../../../provider/grpc/types";
import { checkInputs } from "./check";
import { HcloudError, type HcloudClient } from "./client";
import { changesOf, diff } from "./diff";
import type { Context, Resource } from "./resource";
import { inputsAfterRead, planned } from "./state";

/** How a resource gets its API, or a refusal where nothing may be called. */
export type Connect = (call: Call, resource: Resource) => HcloudClient;

/** Serves a resource to the engine. */
export function toHandler(resource: Resource, connect: Connect): ResourceHandler {
  const open = (call: Call): Context => ({ api: connect(call, resource), log: call.log.bind(call) });
  return {
    check: (request, call) => checkInputs(resource, request, call),
    diff: (request) => diff(resource, request),

    create: async ({ inputs, preview }, call) => {
      const plan = planned(resource, inputs);
      if (preview) return { id: "", outputs: plan };
      const context = open(call);
      let id: string | undefined;
      const known = (value: string) => {
        id = value;
      };
      return withPartialState(
        resource,
        () => ({ id, outputs: plan }),
        async () => {
          const state = await resource.create(context, inputs as never, known);
          return settle(state ?? (await readBack(resource, context, id, plan)));
        },
      );
    },

    read: async ({ id, inputs, outputs }, call) => {
      const state = await resource.read(open(call), id, outputs).catch(explain(resource));
      if (!state) return undefined;
      return { id: state.id, inputs: inputsAfterRead(resource, inputs, outputs, state), outputs: state };
    },

    update: async ({ id, olds, news, preview, ignoreChanges }, call) => {
      const plan = planned(resource, news, olds);
      if (preview) return plan;
      const context = open(call);
      const changed = new Set(changesOf(resource, olds, news, ignoreChanges).keys());
      if (!resource.update) throw new Error(`${call.type} has no update: ${[...changed].join(", ")} cannot change.`);
      const update = resource.update.bind(resource);
      const { outputs } = await withPartialState(
        resource,
        () => ({ id, outputs: plan }),
        async () => {
          const state = await update(context, { id, changed, news: news as never, olds });
          return settle(state ?? (await readBack(resource, context, id, plan)));
        },
      );
      return outputs;
    },

    delete: async ({ id, outputs }, call) => {
      await resource.delete(open(call), id, outputs).catch(explain(resource));
    },
  };
}

function settle(state: Values): { id: string; outputs: Values } {
  return { id: String(state.id), outputs: state };
}

/**
 * The state after a change. What was asked for and is not shown yet stays as planned: the official plugin does the
 * same, so a list that the API shows only later is no difference at the next preview.
 */
async function readBack(resource: Resource, context: Context, id: string | undefined, plan: Values): Promise<Values> {
  const wanted = withoutUnknowns(plan);
  const state = id === undefined ? undefined : await resource.read(context, id, wanted);
  if (!state) throw new Error(`It was made as ${String(id)}, but the API does not find it.`);
  for (const [name, { kind, computed }] of Object.entries(resource.properties)) {
    const [asked, shown] = [wanted[name], state[name]];
    const isList = ["strings", "integers", "objects"].includes(kind) && Array.isArray(asked) && Array.isArray(shown);
    if (isList && !computed && (asked.length === 0 || shown.length === 0)) state[name] = asked;
  }
  return state;
}

/** A failure after the thing exists keeps it in the state, for the resources that can do that. */
async function withPartialState<T>(
  resource: Resource,
  about: () => { id: string | undefined; outputs: Values },
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const { message } = explained(resource, error);
    const { id, outputs } = about();
    if (resource.group === "framework" || id === undefined) throw new Error(message, { cause: error });
    throw new PartialFailure(message, id, { ...withoutUnknowns(outputs), id });
  }
}

function withoutUnknowns(outputs: Values): Values {
  return JSON.parse(JSON.stringify(outputs), (_, value: unknown) => (value === UNKNOWN ? null : value)) as Values;
}

/** `framework` resources tell code and HTTP status apart from the message. */
function explained(resource: Resource, error: unknown): Error {
  if (!(error instanceof HcloudError) || resource.group === "sdk") return error as Error;
  return new Error(`${error.message}\n\nError code: ${error.code}\nStatus code: ${String(error.status)}`);
}

function explain(resource: Resource): (error: unknown) => never {
  return (error) => {
    throw explained(resource, error);
  };
}
