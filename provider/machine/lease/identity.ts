import { hostname, userInfo } from "node:os";
import { type Environment, readVariable } from "../../../lib/environmentVariables";

/** Who takes the lease and why, for others who wait for it. */
export interface Identity {
  readonly owner: string;
  readonly reason: string;
}

/** Longer texts would not fit a line of a terminal. */
const longest = 120;

/**
 * The owner: HOLDFAST_OWNER, else the user name on this computer. The reason: HOLDFAST_REASON, else that of the
 * caller, else `pulumi up`.
 */
export function identity(reason = "", environment?: Environment): Identity {
  const owner = line(readVariable("HOLDFAST_OWNER", environment));
  const why = line(readVariable("HOLDFAST_REASON", environment) ?? reason);
  return { owner: owner || `${userName()}@${hostname()}`, reason: why || "pulumi up" };
}

/** One line without control characters, since terminals and logs of others show it. */
function line(text = ""): string {
  return text
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, longest);
}

/** A container may run as a user who has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${String(process.getuid?.() ?? "unknown")}`;
  }
}
