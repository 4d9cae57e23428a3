import * as pulumi from "@pulumi/pulumi";
import { makeBlueprint } from "../../blueprint/blueprint";
import type { Settings } from "../../blueprint/settings";
import type * as environmentModule from "../../components/environment";

/** The SDK has it, but not in its types. */
const { waitForRPCs } = pulumi.runtime as unknown as { waitForRPCs: () => Promise<void> };

/** A resource as the engine would see it. */
export interface Seen {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  readonly options: pulumi.CustomResourceOptions;
}

/** Brings an environment up against mocks that answer as Hetzner would, and tells every resource that it registered. */
export async function environmentOf(
  settings: Settings,
): Promise<{ environment: environmentModule.Environment; seen: readonly Seen[] }> {
  const registered = new Map<string, { type: string; inputs: Record<string, unknown> }>();
  const options = new Map<string, pulumi.CustomResourceOptions>();
  let id = 1000;
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        registered.set(`${type} ${name}`, { type, inputs: inputs as Record<string, unknown> });
        id += 1;
        const host = id % 250;
        return {
          id: String(id),
          state: {
            ...inputs,
            ipv4Address: `203.0.113.${host}`,
            ipAddress: `198.51.100.${host}`,
            ipv6Address: `2001:db8::${host}`,
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
      failover: { endpoint: "https://api.hetzner.cloud/v1", token: "t".repeat(64) },
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
