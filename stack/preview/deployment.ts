import { randomUUID } from "node:crypto";
import { Secret, type Values } from "../../provider/grpc/types";
import { type Digest, type ResourceState, SECRET_TEXT } from "./digest";
import type { Recorded, Records } from "./recording";

export interface DeploymentOptions {
  readonly records: Records;
  /** How the stack's secrets are encrypted. */
  readonly secretsProvider: unknown;
  /** Secret inputs of providers by name. Plugins cannot record them. */
  readonly providerSecrets: Readonly<Record<string, string>>;
}

/**
 * The state that `pulumi up` would have left, in the form of `pulumi stack import`. The preview gives resources and
 * dependencies; the plugins recorded inputs, outputs and ids.
 */
export function deploymentOf({ steps }: Digest, options: DeploymentOptions): unknown {
  const states = steps.flatMap(({ newState }) => (newState ? [newState] : []));
  const ids = providerIds(states);
  const providers = missingProviders(states, ids);
  const resources = states.map((state) => resource(state, ids, options));
  const stack = resources.findIndex(({ type }) => type === "pulumi:pulumi:Stack") + 1;
  return {
    version: 3,
    deployment: {
      manifest: { time: new Date(0).toISOString(), magic: "", version: "" },
      secrets_providers: options.secretsProvider,
      // Resources follow what they depend on. Providers that the preview leaves out follow the stack.
      resources: [...resources.slice(0, stack), ...providers, ...resources.slice(stack)],
    },
  };
}

type Ids = ReadonlyMap<string, string>;

/** In previews providers have no ids yet; in a state they are UUIDs. */
function providerIds(states: readonly ResourceState[]): Ids {
  const urns = states.flatMap(({ provider = "" }) => (provider === "" ? [] : [urnOf(provider)]));
  return new Map([...new Set(urns)].map((urn) => [urn, randomUUID()]));
}

/** Providers that Pulumi makes by itself are in every state, but in no preview. */
function missingProviders(states: readonly ResourceState[], ids: Ids): object[] {
  return [...ids]
    .filter(([urn]) => !states.some((state) => state.urn === urn))
    .map(([urn, id]) => ({ urn, id, custom: true, type: urn.split("::")[2], inputs: {}, outputs: {} }));
}

function resource(state: ResourceState, ids: Ids, { records, providerSecrets }: DeploymentOptions): ResourceState {
  const recorded = records.get(state.urn) ?? unrecorded(state, providerSecrets);
  const provider = state.provider && urnOf(state.provider);
  const secret = [
    ...Object.entries(state.inputs ?? {}).flatMap(([name, value]) => (value === SECRET_TEXT ? [name] : [])),
    ...(state.additionalSecretOutputs ?? []),
  ];
  return {
    ...state,
    ...(state.custom && { id: ids.get(state.urn) ?? recorded.id }),
    ...(provider && { provider: `${provider}::${ids.get(provider) ?? ""}` }),
    inputs: signed(recorded.inputs, secret),
    outputs: signed(recorded.outputs, secret),
  };
}

/** Components have no inputs; providers have their settings. */
function unrecorded({ inputs = {}, type }: ResourceState, secrets: Readonly<Record<string, string>>): Recorded {
  if (!type.startsWith("pulumi:providers:")) return { id: "", inputs: {}, outputs: {} };
  const settings = { ...inputs, ...Object.fromEntries(Object.entries(secrets).filter(([name]) => name in inputs)) };
  return { id: "", inputs: settings, outputs: settings };
}

function urnOf(provider: string): string {
  return provider.slice(0, provider.lastIndexOf("::"));
}

/** Key and value that mark a secret in a state. `pulumi stack import` encrypts its plain text. */
const KIND = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

function signed(values: Values, secret: readonly string[]): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      sign(secret.includes(name) && !(value instanceof Secret) ? new Secret(value) : value),
    ]),
  );
}

function sign(value: unknown): unknown {
  if (value instanceof Secret) return { [KIND]: SECRET, plaintext: JSON.stringify(plain(value.value)) };
  if (Array.isArray(value)) return value.map(sign);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, sign(inner)]));
}

function plain(value: unknown): unknown {
  if (value instanceof Secret) return plain(value.value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}
