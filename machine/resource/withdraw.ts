import { UNKNOWN, type Call, type Values } from "../../plugin/types";
import type { ConfigurationInputs } from "../inputs";

/** Seconds that a machine may take to answer before what is on it counts as out of reach. */
export const withdrawLimit = 90;

/** A configuration that asks for nothing: what was managed under its name leaves the machine, units first. */
export function nothing({ machine, serverId, connection, lease }: ConfigurationInputs): ConfigurationInputs {
  return { machine, serverId, connection, ...(lease && { lease }) };
}

/**
 * Takes a configuration off its machine. One that cannot be reached is told and does not stop the rest: it is gone, or
 * off, and then nothing of the configuration runs on it.
 */
export async function withdraw(
  machine: string,
  apply: () => Promise<unknown>,
  isUnreachable: (error: unknown) => boolean,
  call: Pick<Call, "log">,
): Promise<void> {
  try {
    await apply();
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    call.log(
      `${machine} does not answer, so nothing was stopped there; for what comes next it counts as off. ${String(error)}`,
      { level: "warning" },
    );
  }
}

/** What a person has to know when a configuration goes from one machine to another; nothing for those that do not. */
export function moveInWords(oldInputs: Values, news: Values): string | undefined {
  const [from, to] = [oldInputs.machine, news.machine];
  if (typeof news.moving !== "string" || news.moving === UNKNOWN || from === to) return undefined;
  return `goes from ${String(from)} to ${String(to)}: ${news.moving}`;
}
