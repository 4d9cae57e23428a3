import { messageOf } from "../../../lib/errors";
import { UNKNOWN, type Call, type Values } from "../../grpc/types";
import type { ConfigurationInputs } from "../inputs";
import { type Environment, readVariable } from "../../../lib/environmentVariables";

/** A configuration without files and units. Applying it removes all that its name manages, units first. */
export function nothing({ machine, serverId, connection, lease }: ConfigurationInputs): ConfigurationInputs {
  return { machine, serverId, connection, ...(lease && { lease }) };
}

/**
 * Removes a configuration from its machine. A machine that does not answer is an error: it may still use what the
 * next step removes. Only HOLDFAST_GONE leaves a machine out.
 *
 * @throws when the configuration was not removed; nothing else changes then
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
    const reason = messageOf(error);
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
 * The message of a preview when a configuration moves to another machine; undefined if it stays. The new server may
 * be unknown, since the preview comes before its replacement.
 */
export function describeMove(oldInputs: Values, news: Values): string | undefined {
  const leaves = news.machine !== oldInputs.machine || news.serverId === UNKNOWN;
  if (typeof news.moving !== "string" || news.moving === UNKNOWN || !leaves) return undefined;
  return `leaves ${String(oldInputs.machine)}: ${news.moving}`;
}
