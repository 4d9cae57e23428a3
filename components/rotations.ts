import { setTimeout } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import { nextSteps, type RotatedSecret, rotatedSecrets, type Steps, type Turn, turnOf } from "../blueprint/rotations";
import { readVariable } from "../lib/environmentVariables";
import { Rotation } from "../provider/keys/rotation";

/** Name of the stack's output with the steps to which an update has come to its end. */
export const stepsOutput = "rotations";

interface Recorded {
  readonly outputs: Readonly<
    Record<string, { readonly type: string; readonly outputs: Readonly<Record<string, unknown>> }>
  >;
}

/**
 * The steps of this update: those that the stack's state has, and one more where HOLDFAST_ROTATE says so. They are in the
 * state and not in the settings, so that a pipeline with yesterday's settings does not bring an old secret back.
 */
export async function stepsOfUpdate(): Promise<Steps> {
  const all = Object.entries((await readState()).outputs);
  const begun = all.flatMap(([urn, { type, outputs }]) => {
    const secret = rotatedSecrets.find((one) => urn.endsWith(`::${one}`));
    return type === "holdfast:keys:Rotation" && secret ? [[secret, Number(outputs.step)] as const] : [];
  });
  const stack = all.find(([, { type }]) => type === "pulumi:pulumi:Stack")?.[1].outputs;
  const done = (stack?.[stepsOutput] ?? {}) as Steps;
  return nextSteps(Object.fromEntries(begun), done, readVariable("HOLDFAST_ROTATE"));
}

/**
 * The stack's state as the update before left it, and what this one has made by now. The engine writes to the same file
 * meanwhile, and a file that is half written cannot be read: it is read again.
 *
 * @throws what the engine says, when the state cannot be read for about 5 s
 */
async function readState(attempts = 50): Promise<Recorded> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  try {
    // The engine answers this itself. A StackReference would be one more resource, and knows no resource's outputs.
    return (await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName })) as Recorded;
  } catch (error) {
    if (attempts <= 1) throw error;
  }
  await setTimeout(100);
  return readState(attempts - 1);
}

/** One value of a secret, and while it is changed the one that it takes the place of. */
export interface Values<T> extends Turn {
  readonly old?: T;
  readonly current: T;
}

/** Makes the resources of secrets, each value of a secret by its own name. */
export class Rotations {
  private readonly recorded: Readonly<Partial<Record<RotatedSecret, Rotation>>>;

  constructor(
    readonly steps: Steps,
    opts: pulumi.CustomResourceOptions,
  ) {
    this.recorded = Object.fromEntries(
      Object.entries(steps).map(([secret, step]) => [secret, new Rotation(secret, { step }, opts)]),
    );
  }

  turn(secret: RotatedSecret): Turn {
    return turnOf(secret, this.steps);
  }

  /**
   * The one or two values of a secret.
   *
   * @param name of its first value: the later ones have a number, so that none of them is ever replaced
   * @param make gets the name and what the resource depends on; `leaves` for one that the next steps will delete
   */
  both<T>(
    secret: RotatedSecret,
    name: string,
    make: (name: string, more: { readonly dependsOn: pulumi.Resource[]; readonly leaves: boolean }) => T,
  ): Values<T> {
    const { generation, phase } = this.turn(secret);
    const recorded = this.recorded[secret];
    const dependsOn = recorded ? [recorded] : [];
    const one = (number: number, leaves: boolean) =>
      make(number === 0 ? name : `${name}-${number}`, { dependsOn, leaves });
    if (phase === 0) return { generation, phase, current: one(generation, false) };
    return { generation, phase, old: one(generation, true), current: one(generation + 1, false) };
  }

  /** The value of a secret of which there is one at a time: the newest. */
  newest<T>(secret: RotatedSecret, name: string, make: (name: string, dependsOn: pulumi.Resource[]) => T): T {
    const { generation, phase } = this.turn(secret);
    const recorded = this.recorded[secret];
    const number = phase === 0 ? generation : generation + 1;
    return make(number === 0 ? name : `${name}-${number}`, recorded ? [recorded] : []);
  }
}
