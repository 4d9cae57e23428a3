import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { IResourceProviderServer } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { find, rethrow, unary, unknown } from "./calls";
import type { Connections } from "./connections";
import { toDiffResponse } from "./diff";
import { decode, encode, remark, secretNames, unwrap } from "./secrets";
import type { Autonaming, Call, CheckResult, ProviderDefinition, Values } from "./types";

/**
 * The ResourceProvider service over a definition's handlers. Not implemented, and answered so by gRPC: components
 * (Construct, Call), parameterization and mappings.
 */
export function createService(definition: ProviderDefinition, connections: Connections): UntypedServiceImplementation {
  const service: Partial<IResourceProviderServer> = {
    handshake: unary(connections, (request, connection) => {
      connection.attach(request.getEngineAddress());
      const response = new messages.ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),

    attach: unary(connections, (request, connection) => {
      connection.attach(request.getAddress());
      return new Empty();
    }),

    getPluginInfo: unary(connections, () => {
      const response = new PluginInfo();
      response.setVersion(definition.version);
      return response;
    }),

    // Programs use the package's own SDK, which has the schema built in; only code generation would ask for more.
    getSchema: unary(connections, () => {
      const response = new messages.GetSchemaResponse();
      response.setSchema(JSON.stringify({ name: definition.name, version: definition.version }));
      return response;
    }),

    checkConfig: unary(connections, async (request) => {
      const news = decode(request.getNews());
      const result = (await definition.checkConfig?.(unwrap(news))) ?? { inputs: news };
      return checkResponse(result, secretNames(news));
    }),

    // A provider's settings say how to reach a cloud, never which resources exist: a change replaces nothing.
    diffConfig: unary(connections, () => new messages.DiffResponse()),

    configure: unary(connections, async (request, connection) => {
      await definition.configure?.(unwrap(decode(request.getArgs())), connection.id);
      const response = new messages.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      response.setSupportsAutonamingConfiguration(true);
      return response;
    }),

    // The program calls no function of a package, so no provider here has one.
    invoke: unary(connections, (request) => {
      throw unknown("function", request.getTok(), definition);
    }),

    check: unary(connections, async (request, connection) => {
      const { handler, call } = find(definition, connection, request.getUrn());
      const news = decode(request.getNews());
      const shape = handler.acceptsSecrets ? (values: Values) => values : unwrap<Values>;
      const result = (await handler.check?.(
        {
          news: shape(news),
          olds: request.hasOlds() ? shape(decode(request.getOlds())) : undefined,
          randomSeed: request.getRandomseed_asU8(),
          autonaming: autonaming(request),
        },
        call,
      )) ?? { inputs: news };
      return checkResponse(result, handler.acceptsSecrets ? new Set() : secretNames(news));
    }),

    diff: unary(connections, async (request, connection) => {
      const { handler, call } = find(definition, connection, request.getUrn());
      const shape = handler.acceptsSecrets ? (values: Values) => values : unwrap<Values>;
      const olds = shape(decode(request.getOlds()));
      const oldInputs = request.hasOldInputs() ? shape(decode(request.getOldInputs())) : olds;
      const news = shape(decode(request.getNews()));
      const ignoreChanges = request.getIgnorechangesList();
      const result = await handler.diff?.({ id: request.getId(), olds, oldInputs, news, ignoreChanges }, call);
      return toDiffResponse(result ?? {}, oldInputs, news);
    }),

    create: unary(connections, async (request, connection) => {
      const { handler, call, prepare } = find(definition, connection, request.getUrn(), request.getTimeout());
      const { values: inputs, finish } = prepare(decode(request.getProperties()));
      const { id, outputs } = await handler
        .create({ inputs, preview: request.getPreview(), timeout: request.getTimeout() }, call)
        .catch(rethrow(finish));
      const response = new messages.CreateResponse();
      if (!request.getPreview() || handler.knowsIdInPreview) response.setId(id);
      response.setProperties(encode(finish(outputs)));
      return response;
    }),

    read: unary(connections, async (request, connection) => {
      const { handler, call, prepare } = find(definition, connection, request.getUrn());
      const response = new messages.ReadResponse();
      const { values: inputs, finish: finishInputs } = prepare(decode(request.getInputs()));
      const { values: outputs, finish: finishOutputs } = prepare(decode(request.getProperties()));
      const found = handler.read
        ? await handler.read({ id: request.getId(), inputs, outputs }, call).catch(rethrow(finishOutputs))
        : keep(request.getId(), inputs, outputs, call);
      // An empty id tells the engine that the resource is gone.
      response.setId(found?.id ?? "");
      if (found) {
        response.setInputs(encode(finishInputs(found.inputs)));
        response.setProperties(encode(finishOutputs(found.outputs)));
      }
      return response;
    }),

    update: unary(connections, async (request, connection) => {
      const { handler, call, prepare } = find(definition, connection, request.getUrn(), request.getTimeout());
      if (!handler.update) throw new Error(`${call.type} cannot be updated, only replaced.`);
      const { values: news, finish } = prepare(decode(request.getNews()));
      const { values: olds } = prepare(decode(request.getOlds()));
      const outputs = await handler
        .update(
          {
            id: request.getId(),
            olds,
            oldInputs: prepare(decode(request.getOldInputs())).values,
            news,
            preview: request.getPreview(),
            timeout: request.getTimeout(),
            ignoreChanges: request.getIgnorechangesList(),
          },
          call,
        )
        .catch(rethrow(finish));
      const response = new messages.UpdateResponse();
      response.setProperties(encode(finish(outputs)));
      return response;
    }),

    delete: unary(connections, async (request, connection) => {
      const { handler, call, prepare } = find(definition, connection, request.getUrn(), request.getTimeout());
      const { values: inputs } = prepare(decode(request.getOldInputs()));
      const { values: outputs } = prepare(decode(request.getProperties()));
      await handler.delete?.({ id: request.getId(), inputs, outputs, timeout: request.getTimeout() }, call);
      return new Empty();
    }),

    cancel: unary(connections, async (_request, connection) => {
      connection.cancel();
      await definition.finish?.();
      return new Empty();
    }),
  };
  return service as UntypedServiceImplementation;
}

/** What a handler that cannot read answers: nothing is known to have changed. */
function keep(id: string, inputs: Values, outputs: Values, call: Call) {
  if (Object.keys(outputs).length > 0) return { id, inputs, outputs };
  throw new Error(`${call.type} cannot be imported.`);
}

function autonaming(request: messages.CheckRequest): Autonaming | undefined {
  const options = request.getAutonaming();
  if (!options) return undefined;
  const modes = ["propose", "enforce", "disable"] as const;
  return { mode: modes[options.getMode()], proposedName: options.getProposedName() };
}

function checkResponse(result: CheckResult, secrets: ReadonlySet<string>): messages.CheckResponse {
  const response = new messages.CheckResponse();
  response.setInputs(encode(remark(result.inputs, secrets)));
  for (const { property, reason } of result.failures ?? []) {
    const failure = new messages.CheckFailure();
    failure.setProperty(property);
    failure.setReason(reason);
    response.addFailures(failure);
  }
  return response;
}
