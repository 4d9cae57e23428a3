import * as pulumi from "@pulumi/pulumi";
import { makeBlueprint } from "../../blueprint/blueprint";
import type { Steps } from "../../blueprint/rotations";
import type { Settings } from "../../blueprint/settings";
import type * as environmentModule from "../../components/environment";

/** The SDK has it, but not in its types. */
const { waitForRPCs } = pulumi.runtime as unknown as { waitForRPCs: () => Promise<void> };

/** The API token that load balancers get in these environments. */
export const failoverToken = "t".repeat(64);

/** A resource as the engine would see it. */
export interface Seen {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  readonly options: pulumi.CustomResourceOptions;
}

/** What is drawn or issued, and not asked for. */
export const drawn: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "random:index/randomPassword:RandomPassword": { result: "p".repeat(40) },
  "holdfast:keys:KeyPair": { publicKey: "ssh-ed25519 AAAA backup", privateKey: "PRIVATE HALF\n" },
  "hcloud:index/storageBox:StorageBox": { server: "u100001.your-storagebox.de", username: "u100001" },
  "hcloud:index/storageBoxSubaccount:StorageBoxSubaccount": {
    server: "u100001-sub1.your-storagebox.de",
    username: "u100001-sub1",
  },
  "holdfast:keys:HostKey": { publicKey: "ssh-ed25519 AAAA shown" },
  "holdfast:certificates:ServerCertificate": { authority: "AUTHORITY\n", certificate: "CERTIFICATE\n", key: "KEY\n" },
};

/** Ids by resource, the same in each environment: what a change of the settings leaves alone looks alike. */
const ids = new Map<string, number>();

function idOf(resource: string): number {
  const id = ids.get(resource) ?? 1000 + ids.size;
  ids.set(resource, id);
  return id;
}

/** Brings an environment up against mocks that answer as Hetzner would, and tells every resource that it registered. */
export async function environmentOf(
  settings: Settings,
  steps: Steps = {},
): Promise<{ environment: environmentModule.Environment; seen: readonly Seen[] }> {
  const registered = new Map<string, { type: string; inputs: Record<string, unknown> }>();
  const options = new Map<string, pulumi.CustomResourceOptions>();
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        registered.set(`${type} ${name}`, { type, inputs: inputs as Record<string, unknown> });
        const id = idOf(`${type} ${name}`);
        const host = id % 250;
        return {
          id: String(id),
          state: {
            ...inputs,
            ipv4Address: `203.0.113.${host}`,
            ipAddress: `198.51.100.${host}`,
            ipv6Address: `2001:db8::${host}`,
            ...drawn[type],
          },
        };
      },
      call: ({ token }) => {
        throw new Error(`nothing should call ${token}`);
      },
    },
    "holdfast",
    settings.stack,
  );
  // Only now: a program's modules read the runtime's settings when they are loaded.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { Environment: Program } = require("../../components/environment") as typeof environmentModule;
  const environment = new Program(
    settings.stack,
    {
      blueprint: makeBlueprint(settings),
      releaseSha256: "0".repeat(64),
      failover: { endpoint: "https://api.hetzner.cloud/v1", token: failoverToken },
      steps,
    },
    {
      // The mocks see inputs only; protection and order are options.
      transformations: [
        ({ type, name, opts }: pulumi.ResourceTransformationArgs) => {
          options.set(`${type} ${name}`, opts);
          return undefined;
        },
      ],
    },
  );
  await waitForRPCs();
  const seen = [...registered].map(([key, { type, inputs }]) => ({
    type,
    name: key.slice(type.length + 1),
    inputs,
    options: options.get(key) ?? {},
  }));
  return { environment, seen };
}

export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}

export function all(seen: readonly Seen[], type: string): Seen[] {
  return seen.filter((resource) => resource.type === type).sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function one(seen: readonly Seen[], type: string, name: string): Seen {
  const found = seen.find((resource) => resource.type === type && resource.name === name);
  if (!found) throw new Error(`no ${type} ${name}`);
  return found;
}

/** Names of the resources that one waits for. */
export async function waitsFor({ options }: Seen): Promise<string[]> {
  const { dependsOn = [] } = options;
  const resources = (Array.isArray(dependsOn) ? dependsOn : [dependsOn]) as pulumi.CustomResource[];
  const urns = await Promise.all(resources.map(({ urn }) => valueOf(urn)));
  return urns.map((urn) => urn.split("::").at(-1) ?? "");
}

/** The key that the SDK marks special values with, and what it says for secrets. */
const mark = { key: "4dabf18193072939515e22adb298388d", secret: "1b47061264138c4ac30d75fd1eb44270" };

export function isSecret(input: unknown): boolean {
  return input !== null && typeof input === "object" && (input as Record<string, unknown>)[mark.key] === mark.secret;
}

/** All inputs as they would stand in a state file without encryption of what is marked as secret. */
export function unencrypted(seen: readonly Seen[]): string {
  return JSON.stringify(
    seen.map(({ inputs }) => inputs),
    (_, value: unknown) => (isSecret(value) ? "[secret]" : value),
  );
}

/** The content of a secret. */
export function revealed<T>(input: unknown): T {
  return isSecret(input) ? (input as { value: T }).value : (input as T);
}
