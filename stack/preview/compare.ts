import { holdfastProvider } from "../../provider/definition";
import { hcloudStandIn } from "../../local/standIns/hcloud";
import { randomStandIn } from "../../local/standIns/random";
import { serveProvider } from "../../provider/grpc/server";
import type { ProviderDefinition } from "../../provider/grpc/types";
import { obtainPulumi } from "../../toolchain/pulumi";
import { UserError } from "../../lib/errors";
import { deploymentOf } from "./deployment";
import { recordingProvider, type Records } from "./recording";
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
  const recording = plugins().map((definition) => recordingProvider(definition, records));
  return inWorkspace(stack, before, recording, async (old) => {
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
  });
}

/**
 * What `pulumi up` would change in a stack from one revision to another, by a preview of the real engine. It needs no
 * token, no secret and no SSH key: it asks neither the cloud nor machines nor Pulumi's own state.
 *
 * @param before undefined: there was no stack
 * @throws UserError when it cannot be previewed
 */
export async function compare(stack: string, before: Baseline | undefined, after: Program): Promise<Digest> {
  return inWorkspace(stack, after, plugins(), async (now) => {
    if (before) await now.import(moved(before.state(now.secretsProvider), before.folder, after.folder));
    return now.digest();
  });
}

/** Moves the state to the folder of the other revision, so that other paths of archives are no change. */
function moved(state: unknown, from: string, to: string): unknown {
  const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
  return JSON.parse(JSON.stringify(state).replaceAll(inJson(from), inJson(to)));
}

/** Works in a workspace for the program, with these plugins. */
async function inWorkspace<T>(
  stack: string,
  program: Program,
  definitions: readonly ProviderDefinition[],
  work: (workspace: PreviewWorkspace) => Promise<T>,
): Promise<T> {
  const settings = program.settings(stack);
  if (settings === undefined) throw new UserError(`${program.name} has no settings of the stack "${stack}"`);
  const pulumi = await obtainPulumi();
  const ports: Record<string, number> = {};
  const closing: (() => Promise<void>)[] = [];
  try {
    for (const definition of definitions) {
      const { port, close } = await serveProvider(definition);
      closing.push(close);
      ports[definition.name] = port;
    }
    return await PreviewWorkspace.use({ pulumi, stack, settings, program: program.folder, plugins: ports }, work);
  } finally {
    for (const close of closing) await close();
  }
}

/**
 * Stand-ins, which plan like the official plugins. Every computer uses them, so that a comment is the same
 * everywhere.
 */
const plugins = (): readonly ProviderDefinition[] => [hcloudStandIn(), randomStandIn, holdfastProvider()];
