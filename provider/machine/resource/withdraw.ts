import { UNKNOWN, type Call, type Values } from "../../grpc/types";
import type { ConfigurationInputs } from "../inputs";
import { type Environment, readVariable } from "../../../lib/environmentVariables";

/** A configuration that asks for nothing: what was managed under its name leaves the machine, units first. */
export function nothing({ machine, serverId, connection, lease }: ConfigurationInputs): ConfigurationInputs {
  return { machine, serverId, connection, ...(lease && { lease }) };
}

/**
 * Takes a configuration off its machine. Only a machine that is certainly gone is not asked: one that merely cannot be
 * reached may still use what the next step takes away from it.
 *
 * @throws when it was not taken off; nothing else changes then
 */
export async function withdraw(
  machine: string,
  apply: () => Promise<unknown>,
  isAnotherMachine: (error: unknown) => boolean,
  call: Pick<Call, "log">,
  environment?: Environment,
): Promise<void> {
  if (readVariable("HOLDFAST_GONE", environment)?.split(",").includes(machine)) {
    call.log(`HOLDFAST_GONE says that ${machine} is gone: nothing was stopped there`, { level: "warning" });
    return;
  }
  try {
    await apply();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!isAnotherMachine(error)) {
      throw new Error(
        `What runs on ${machine} could not be stopped, so nothing was removed from it: ${reason}\n` +
          `Start it. If it is gone for good: HOLDFAST_GONE=${machine} pulumi up`,
      );
    }
    call.log(`${machine} is another machine now: nothing was stopped on the old one`, { level: "warning" });
  }
}

/**
 * What a person has to know when a configuration leaves its machine; nothing for those that stay. The engine asks before it
 * knows where it goes: what it depends on is replaced, so its server is unknown.
 */
export function moveInWords(oldInputs: Values, news: Values): string | undefined {
  const leaves = news.machine !== oldInputs.machine || news.serverId === UNKNOWN;
  if (typeof news.moving !== "string" || news.moving === UNKNOWN || !leaves) return undefined;
  return `leaves ${String(oldInputs.machine)}: ${news.moving}`;
}
