import { holdfastProvider } from "../../provider/definition";
import { hcloudStandIn } from "../../local/standIns/hcloud";
import { randomStandIn } from "../../local/standIns/random";
import { serveProvider } from "../../provider/grpc/server";
import type { ProviderDefinition } from "../../provider/grpc/types";
import { obtainPulumi } from "../../toolchain/pulumi";
import { UserError } from "../../lib/errors";
import { deploymentOf } from "./baseline/deployment";
import { recordingProvider, type Records } from "./baseline/recording";
import { type Digest, errorsOf } from "./digest";
import { PreviewWorkspace } from "./workspace";

/** A program and the settings of its stacks at one moment. */
export interface Program {
  readonly name: string;
  readonly folder: string;
  settings(stack: string): string | undefined;
}

/** The state of a stack after an `up` of a program. */
export interface Baseline {
  /** Folder of the program. Paths of archives in the state begin with it. */
  readonly folder: string;
  /** @param secretsProvider how the stack's secrets are encrypted */
  state(secretsProvider: unknown): unknown;
}

/** The state that an `up` of a program would have left, by a preview. @throws UserError when it cannot be previewed */
export async function baselineOf(stack: string, before: Program): Promise<Baseline> {
  const records: Records = new Map();
  const served = await serve(plugins().map((definition) => recordingProvider(definition, records)));
  try {
    const old = await open(stack, before, served.ports);
    try {
      const digest = await old.digest();
      const errors = errorsOf(digest);
      if (errors.length > 0) {
        throw new UserError(
          `${before.name} cannot be previewed, so there is nothing to compare with:\n${errors.join("\n")}`,
        );
      }
      const providerSecrets = { token: old.token };
      return {
        folder: before.folder,
        state: (secretsProvider) => deploymentOf(digest, { records, secretsProvider, providerSecrets }),
      };
    } finally {
      old.remove();
    }
  } finally {
    await served.close();
  }
}

/**
 * What `pulumi up` would change in a stack from one revision to another, by a preview of the real engine. It needs no
 * token, no secret and no SSH key: it asks neither the cloud nor machines nor Pulumi's own state.
 *
 * @param before undefined: there was no stack
 * @throws UserError when it cannot be previewed
 */
export async function compare(stack: string, before: Baseline | undefined, after: Program): Promise<Digest> {
  const served = await serve(plugins());
  try {
    const now = await open(stack, after, served.ports);
    try {
      if (before) await now.import(moved(before.state(now.secretsProvider), before.folder, after.folder));
      return await now.digest();
    } finally {
      now.remove();
    }
  } finally {
    await served.close();
  }
}

/** Moves the state to the folder of the other revision, so that other paths of archives are no change. */
function moved(state: unknown, from: string, to: string): unknown {
  const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
  return JSON.parse(JSON.stringify(state).replaceAll(inJson(from), inJson(to)));
}

async function open(stack: string, program: Program, ports: Readonly<Record<string, number>>) {
  const settings = program.settings(stack);
  if (settings === undefined) throw new UserError(`${program.name} has no settings of the stack "${stack}"`);
  const pulumi = await obtainPulumi();
  return PreviewWorkspace.open({ pulumi, stack, settings, program: program.folder, plugins: ports });
}

/**
 * Stand-ins, which plan like the official plugins. Every computer uses them, so that a comment is the same
 * everywhere.
 */
const plugins = (): readonly ProviderDefinition[] => [hcloudStandIn(), randomStandIn, holdfastProvider()];

/** Serves plugins: ports by name. */
async function serve(definitions: readonly ProviderDefinition[]) {
  const ports: Record<string, number> = {};
  const closing: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const one of closing) await one();
  };
  try {
    for (const definition of definitions) {
      const { port, close: closeOne } = await serveProvider(definition);
      closing.push(closeOne);
      ports[definition.name] = port;
    }
    return { ports, close };
  } catch (error) {
    await close();
    throw error;
  }
}
