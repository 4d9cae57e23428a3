import { credentials, Metadata, Server, ServerCredentials, type ServiceError } from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { decode, encode } from "../../../provider/grpc/secrets";
import type { Autonaming, Values } from "../../../provider/grpc/types";

/** Calls a plugin as an engine does: over gRPC, one connection per provider instance. */
export class EngineSide {
  readonly raw: ResourceProviderClient;

  constructor(port: number) {
    // A channel of its own per client, as an engine has one per provider instance.
    const options = { "grpc.use_local_subchannel_pool": 1 };
    this.raw = new ResourceProviderClient(`127.0.0.1:${String(port)}`, credentials.createInsecure(), options);
  }

  close(): void {
    this.raw.close();
  }

  async configure(args: Values): Promise<messages.ConfigureResponse> {
    const request = new messages.ConfigureRequest();
    request.setArgs(encode(args));
    request.setAcceptsecrets(true);
    return this.unary("configure", request);
  }

  async checkConfig(news: Values) {
    const request = new messages.CheckRequest();
    request.setNews(encode(news));
    return checkAnswer(await this.unary("checkConfig", request));
  }

  async check(
    urn: string,
    news: Values,
    { olds, seed = "seed", autonaming }: { olds?: Values; seed?: string; autonaming?: Autonaming } = {},
  ) {
    const request = new messages.CheckRequest();
    request.setUrn(urn);
    request.setNews(encode(news));
    if (olds) request.setOlds(encode(olds));
    request.setRandomseed(Buffer.from(seed));
    if (autonaming) {
      const options = new messages.CheckRequest.AutonamingOptions();
      options.setProposedName(autonaming.proposedName);
      options.setMode(["propose", "enforce", "disable"].indexOf(autonaming.mode));
      request.setAutonaming(options);
    }
    return checkAnswer(await this.unary("check", request));
  }

  async diff(
    urn: string,
    id: string,
    { olds = {}, oldInputs, news }: { olds?: Values; oldInputs: Values; news: Values },
  ) {
    const request = new messages.DiffRequest();
    request.setUrn(urn);
    request.setId(id);
    request.setOlds(encode(olds));
    request.setOldInputs(encode(oldInputs));
    request.setNews(encode(news));
    const response = await this.unary<messages.DiffResponse>("diff", request);
    return {
      changes: (["unknown", "none", "some"] as const)[response.getChanges()],
      replaces: response.getReplacesList(),
      diffs: response.getDiffsList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
      detailed: response.getHasdetaileddiff()
        ? Object.fromEntries(
            response
              .getDetaileddiffMap()
              .getEntryList()
              .map(([path]) => {
                const entry = response.getDetaileddiffMap().get(path);
                return [path, { kind: entry?.getKind(), inputDiff: entry?.getInputdiff() }];
              }),
          )
        : undefined,
    };
  }

  async create(urn: string, inputs: Values, { preview = false, timeout = 0 } = {}) {
    const request = new messages.CreateRequest();
    request.setUrn(urn);
    request.setProperties(encode(inputs));
    request.setPreview(preview);
    request.setTimeout(timeout);
    const response = await this.unary<messages.CreateResponse>("create", request);
    return { id: response.getId(), outputs: decode(response.getProperties()) };
  }

  async read(urn: string, id: string, state?: { inputs: Values; outputs: Values }) {
    const request = new messages.ReadRequest();
    request.setUrn(urn);
    request.setId(id);
    if (state) {
      request.setInputs(encode(state.inputs));
      request.setProperties(encode(state.outputs));
    }
    const response = await this.unary<messages.ReadResponse>("read", request);
    return { id: response.getId(), inputs: decode(response.getInputs()), outputs: decode(response.getProperties()) };
  }

  async update(
    urn: string,
    id: string,
    { olds, oldInputs, news, preview = false }: { olds: Values; oldInputs: Values; news: Values; preview?: boolean },
  ) {
    const request = new messages.UpdateRequest();
    request.setUrn(urn);
    request.setId(id);
    request.setOlds(encode(olds));
    request.setOldInputs(encode(oldInputs));
    request.setNews(encode(news));
    request.setPreview(preview);
    return decode((await this.unary<messages.UpdateResponse>("update", request)).getProperties());
  }

  async delete(urn: string, id: string, state: { inputs: Values; outputs: Values }): Promise<void> {
    const request = new messages.DeleteRequest();
    request.setUrn(urn);
    request.setId(id);
    request.setOldInputs(encode(state.inputs));
    request.setProperties(encode(state.outputs));
    await this.unary("delete", request);
  }

  async invoke(token: string, args: Values): Promise<Values> {
    const request = new messages.InvokeRequest();
    request.setTok(token);
    request.setArgs(encode(args));
    return decode((await this.unary<messages.InvokeResponse>("invoke", request)).getReturn());
  }

  async handshake(engineAddress: string): Promise<messages.ProviderHandshakeResponse> {
    const request = new messages.ProviderHandshakeRequest();
    request.setEngineAddress(engineAddress);
    return this.unary("handshake", request);
  }

  async cancel(): Promise<void> {
    await this.unary("cancel", new Empty());
  }

  private unary<Response>(method: keyof ResourceProviderClient, request: unknown): Promise<Response> {
    const call = this.raw[method] as (
      request: unknown,
      metadata: Metadata,
      reply: (error: ServiceError | null, response: Response) => void,
    ) => void;
    return new Promise((resolve, reject) => {
      call.call(this.raw, request, new Metadata(), (error, response) => {
        if (error) reject(error);
        else resolve(response);
      });
    });
  }
}

/** What a failed call says of a resource that exists nevertheless. */
export function partialState(error: unknown): { id: string; outputs: Values; reasons: string[] } | undefined {
  const [bytes] = (error as ServiceError).metadata.get("grpc-status-details-bin");
  if (!bytes) return undefined;
  const [any] = Status.deserializeBinary(bytes as Buffer).getDetailsList();
  if (any?.getTypeName() !== "pulumirpc.ErrorResourceInitFailed") return undefined;
  const detail = messages.ErrorResourceInitFailed.deserializeBinary(any.getValue_asU8());
  return { id: detail.getId(), outputs: decode(detail.getProperties()), reasons: detail.getReasonsList() };
}

/** An engine's log service that remembers what it was told. */
export async function engineLog() {
  const lines: { message: string; urn: string; severity: number; status: boolean }[] = [];
  const server = new Server();
  server.addService(EngineService as never, {
    log: (call: { request: LogRequest }, reply: (error: null, response: Empty) => void) => {
      const { message, urn, severity, ephemeral } = call.request.toObject();
      lines.push({ message, urn, severity, status: ephemeral });
      reply(null, new Empty());
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    address: `127.0.0.1:${String(port)}`,
    lines,
    close: () => {
      server.forceShutdown();
    },
  };
}

export function urnOf(type: string, name: string): string {
  return `urn:pulumi:local::holdfast::${type}::${name}`;
}

function checkAnswer(response: messages.CheckResponse) {
  return {
    inputs: decode(response.getInputs()),
    failures: response.getFailuresList().map((failure) => ({
      property: failure.getProperty(),
      reason: failure.getReason(),
    })),
  };
}
