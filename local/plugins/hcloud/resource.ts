import { UNKNOWN, PartialFailure, type Call, type ResourceHandler, type Values } from "../../../plugin/types";
import { checkInputs } from "./check";
import { ApiError, type Api } from "./client";
import { changesOf, diff } from "./diff";
import { inputsAfterRead, planned } from "./state";
import type { Properties } from "./properties";

/** What a resource has at hand while it works. */
export interface Context {
  readonly api: Api;
  readonly log: Call["log"];
}

/**
 * One kind of resource of the hcloud package. The official plugin is two in one, and its halves behave differently:
 * `sdk` resources read the object back at the end of everything and survive failures half-way, `framework` ones take
 * the answer as it comes and leave things behind.
 */
export interface Resource<Inputs = never> {
  readonly group: "sdk" | "framework";
  readonly properties: Properties;
  /** Outputs that are no inputs. */
  readonly outputs: readonly string[];
  /** Whether a name is made up when the program gives none. */
  readonly namedAutomatically?: boolean;
  /** Outputs that the official plugin's preview of an update does not foretell, unless the program gives them. */
  readonly unknownOnUpdate?: readonly string[];
  /** What is wrong with inputs that are right one by one. */
  check?(inputs: Inputs): readonly string[];
  /** Refuses at Diff what the official plugin refuses there. */
  checkPlan?(inputs: Inputs): void;
  /** Settles in a preview what the tables cannot. */
  plan?(state: Values, inputs: Inputs): Values;
  /**
   * Makes the thing. `sdk` resources say its id as soon as they know it and leave reading to `read`; `framework` ones
   * return the state.
   */
  create(context: Context, inputs: Inputs, known: (id: string) => void): Promise<Values | undefined>;
  /**
   * The thing's state, with its `id`; `undefined` when it is gone.
   *
   * @param prior what the state is known to be, for what the API does not tell; empty for an import
   */
  read(context: Context, id: string, prior: Values): Promise<(Values & { id: string }) | undefined>;
  /** `framework` resources return the state. */
  update?(context: Context, change: Change<Inputs>): Promise<Values | undefined>;
  delete(context: Context, id: string, state: Values): Promise<void>;
}

export interface Change<Inputs> {
  readonly id: string;
  /** Names of the properties that changed. */
  readonly changed: ReadonlySet<string>;
  readonly news: Inputs;
  /** The state before. */
  readonly olds: Values;
}

/** How a resource gets its API, or a refusal where nothing may be called. */
export type Connect = (call: Call, resource: Resource) => Api;

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
  if (!(error instanceof ApiError) || resource.group === "sdk") return error as Error;
  return new Error(`${error.message}\n\nError code: ${error.code}\nStatus code: ${String(error.status)}`);
}

function explain(resource: Resource): (error: unknown) => never {
  return (error) => {
    throw explained(resource, error);
  };
}
