import { hostname, userInfo } from "node:os";
import { type Environment, readVariable } from "../../../lib/environmentVariables";

/** Who wants the lease, and what for: what others read who have to wait. */
export interface Identity {
  readonly owner: string;
  readonly reason: string;
}

/** Longer texts would not fit a line of a terminal. */
const longest = 120;

/**
 * HOLDFAST_OWNER, else the person's name on this computer; HOLDFAST_REASON, else the caller's own reason, else the command
 * that nearly always takes a lease.
 */
export function identity(reason = "", environment?: Environment): Identity {
  const owner = line(readVariable("HOLDFAST_OWNER", environment));
  const why = line(readVariable("HOLDFAST_REASON", environment) ?? reason);
  return { owner: owner || `${userName()}@${hostname()}`, reason: why || "pulumi up" };
}

/** One line without control characters: it is shown to other people, in terminals and logs. */
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
