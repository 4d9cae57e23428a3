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

/** What a stack would be after an `up` of a program. */
export interface Baseline {
  /** Folder of the program, which archives in the state name. */
  readonly folder: string;
  /** @param secretsProvider how the stack's secrets are encrypted */
  state(secretsProvider: unknown): unknown;
}

/**
 * The state that an `up` of a program would have left, from a preview of it.
 *
 * @throws UserError when it cannot be previewed
 */
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
 * What `pulumi up` would do to a stack that is as one revision describes it, to make it as another one does: a real
 * preview of the real engine. Nobody is asked, neither cloud nor machines nor Pulumi's own state, so no token, no secret
 * and no SSH key is needed. Where there was no stack before, everything is new.
 *
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

/**
 * Each revision has a folder of its own, and archives in the state say which one they come from: no change of anybody's,
 * so the state moves to the other one.
 */
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
 * Stand-ins, which plan as the official plugins do. They are taken on every computer, so that a comment does not depend on
 * where it was written.
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
