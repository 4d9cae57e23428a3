import { UNKNOWN, type ProviderDefinition, type ResourceHandler, type Values } from "../../../provider/grpc/types";

/** What a resource was asked to be, and what it would have become. */
export interface Recorded {
  readonly id: string;
  readonly inputs: Values;
  readonly outputs: Values;
}

/** By URN. */
export type Records = Map<string, Recorded>;

/**
 * A plugin that plans as the given one does, makes up what only a cloud would know, and remembers everything. A preview
 * with it has no unknowns, so it knows the whole state that an `up` would have left.
 */
export function recordingProvider(definition: ProviderDefinition, records: Records): ProviderDefinition {
  return {
    ...definition,
    resources: Object.fromEntries(
      Object.entries(definition.resources).map(([type, handler]) => [type, recordingHandler(handler, records)]),
    ),
  };
}

function recordingHandler(handler: ResourceHandler, records: Records): ResourceHandler {
  return {
    acceptsSecrets: handler.acceptsSecrets,
    // What is there already has been checked when it was made, by the rules of then.
    ...(handler.acceptsSecrets ? {} : { check: handler.check?.bind(handler) }),
    knowsIdInPreview: true,
    async create(request, call) {
      const planned = await handler.create({ ...request, preview: true }, call);
      // Ids are numbers, as Hetzner's are: programs convert them.
      const id = String(1_000_001 + records.size);
      const outputs = settled(planned.outputs, call.name) as Values;
      records.set(call.urn, { id, inputs: request.inputs, outputs });
      return { id, outputs };
    },
  };
}

/** No value is unknown any more; those made up say of what they are. */
function settled(value: unknown, what: string): unknown {
  if (value === UNKNOWN) return `<${what}>`;
  if (Array.isArray(value)) return value.map((one) => settled(one, what));
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, settled(one, `${what}.${key}`)]));
}
