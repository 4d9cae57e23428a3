import { UNKNOWN, type ProviderDefinition, type ResourceHandler, type Values } from "../../provider/grpc/types";

/** The inputs of a resource, and the outputs that it would have. */
export interface Recorded {
  readonly id: string;
  readonly inputs: Values;
  readonly outputs: Values;
}

/** By URN. */
export type Records = Map<string, Recorded>;

/**
 * A plugin that plans like the given one, invents values that only a cloud would know, and records everything. Its
 * preview has no unknown values, so it gives the whole state that an `up` would have left.
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
    // Existing resources were checked when they were created, by the rules of that time.
    ...(handler.acceptsSecrets ? {} : { check: handler.check?.bind(handler) }),
    knowsIdInPreview: true,
    async create(request, call) {
      const planned = await handler.create({ ...request, preview: true }, call);
      // Numbers, like Hetzner's ids: programs convert them.
      const id = String(1_000_001 + records.size);
      const outputs = settled(planned.outputs, call.name) as Values;
      records.set(call.urn, { id, inputs: request.inputs, outputs });
      return { id, outputs };
    },
  };
}

/** Replaces unknown values by texts that name the property. */
function settled(value: unknown, what: string): unknown {
  if (value === UNKNOWN) return `<${what}>`;
  if (Array.isArray(value)) return value.map((one) => settled(one, what));
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, settled(one, `${what}.${key}`)]));
}
