import { machinePlugin } from "../../machine/definition";
import { hcloudPlugin } from "../../local/plugins/hcloud";
import { randomPlugin } from "../../local/plugins/random";
import { servePlugin } from "../../plugin/server";
import { obtainPulumi, type Pulumi } from "../../toolchain/pulumi";
import { UserError } from "../errors";
import { deploymentOf } from "./baseline/deployment";
import { recordingPlugin, type Records } from "./baseline/recording";
import { type Digest, errorsOf } from "./digest";
import { PreviewWorkspace } from "./workspace";

/** A program and the settings of its stacks at one moment. */
export interface Program {
  readonly name: string;
  readonly folder: string;
  settings(stack: string): string | undefined;
}

/**
 * What `pulumi up` would do to a stack that is as one revision describes it, to make it as another one does: a real
 * preview of the real engine. Nobody is asked, neither cloud nor machines nor Pulumi's own state, so no token, no secret
 * and no SSH key is needed. Where there was no stack before, everything is new.
 *
 * @throws UserError when one of the revisions cannot be previewed
 */
export async function compare(stack: string, before: Program | undefined, after: Program): Promise<Digest> {
  const pulumi = await obtainPulumi();
  const served = await serve(new Map());
  const { recording, planning } = served;
  try {
    const now = await open(pulumi, stack, after, planning);
    try {
      if (before) {
        const state = await baseline(pulumi, stack, before, served.records, recording, now.secretsProvider);
        await now.import(moved(state, before.folder, after.folder));
      }
      return await now.digest();
    } finally {
      now.remove();
    }
  } finally {
    await served.close();
  }
}

/** The state that an `up` of a revision would have left. */
async function baseline(
  pulumi: Pulumi,
  stack: string,
  before: Program,
  records: Records,
  plugins: Readonly<Record<string, number>>,
  secretsProvider: unknown,
): Promise<unknown> {
  const old = await open(pulumi, stack, before, plugins);
  try {
    const digest = await old.digest();
    const errors = errorsOf(digest);
    if (errors.length > 0) {
      throw new UserError(
        `${before.name} itself cannot be previewed, so there is nothing to compare with:\n${errors.join("\n")}`,
      );
    }
    return deploymentOf(digest, { records, secretsProvider, providerSecrets: { token: old.token } });
  } finally {
    old.remove();
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

function open(pulumi: Pulumi, stack: string, program: Program, plugins: Readonly<Record<string, number>>) {
  const settings = program.settings(stack);
  if (settings === undefined) throw new UserError(`${program.name} has no settings of the stack "${stack}"`);
  return PreviewWorkspace.open({ pulumi, stack, settings, program: program.folder, plugins });
}

/**
 * Serves the stand-ins, which plan as the official plugins do, once to record a state and once to plan with it. They are
 * taken on every computer, so that a comment does not depend on where it was written.
 */
async function serve(records: Records) {
  const plugins = [hcloudPlugin(), randomPlugin, machinePlugin];
  const closing: (() => Promise<void>)[] = [];
  const ports = async (definitions: typeof plugins) => {
    const entries: [string, number][] = [];
    for (const definition of definitions) {
      const { port, close } = await servePlugin(definition);
      closing.push(close);
      entries.push([definition.name, port]);
    }
    return Object.fromEntries(entries);
  };
  const close = async () => {
    for (const one of closing) await one();
  };
  try {
    const recording = await ports(plugins.map((definition) => recordingPlugin(definition, records)));
    return { records, recording, planning: await ports(plugins), close };
  } catch (error) {
    await close();
    throw error;
  }
}
