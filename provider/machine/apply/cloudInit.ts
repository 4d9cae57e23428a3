import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Session } from "../../ssh/session";
import type { Report } from "../../ssh/waiting";
import { sources } from "./program";

/** The output of cloudInit.sh. */
export interface CloudInit {
  readonly state: "none" | "running" | "ended";
  /** e.g. `modules-final`, while it runs */
  readonly stage?: string;
  readonly errors: readonly string[];
  readonly log: string;
}

/**
 * Waits until cloud-init has finished on a new machine. Before, packages and users may be missing, and apt is busy.
 *
 * @param limit seconds
 * @throws with the end of its log when it failed, or when the limit is over
 */
export async function waitForCloudInit(session: Session, limit: number, signal: AbortSignal, tell: Report) {
  const script = readFileSync(join(sources, "cloudInit.sh"), "utf8");
  const started = Date.now();
  for (;;) {
    const lines: string[] = [];
    const { code, errors } = await session.run(`exec ${session.asRoot}sh -s`, {
      input: script,
      onLine: (line) => lines.push(line),
    });
    if (code !== 0) throw new Error(`cloud-init's state cannot be read (exit code ${String(code)}): ${errors}`);
    const found = parseCloudInit(lines);
    if (found.errors.length > 0) {
      throw new Error(
        `cloud-init failed on the machine: ${found.errors.join("; ")}\nEnd of its log:\n${found.log}\n` +
          "Correct the user data, then make the machine anew: pulumi up --replace URN-OF-THE-SERVER.",
      );
    }
    if (found.state !== "running") return;
    const elapsed = (Date.now() - started) / 1000;
    if (elapsed >= limit) {
      throw new Error(`cloud-init is still running after ${limit.toFixed(0)} s (stage ${found.stage ?? "unknown"}).`);
    }
    const stage = found.stage ? `, stage ${found.stage}` : "";
    tell(`waiting for cloud-init: still running${stage} (${elapsed.toFixed(0)} of ${limit.toFixed(0)} s)`);
    await pause(1_000, undefined, { signal });
  }
}

/** Parses the output of cloudInit.sh. Unreadable details are ignored: only the state matters. */
export function parseCloudInit(lines: readonly string[]): CloudInit {
  const [state, ...rest] = lines;
  if (state === "ended") {
    const [result = "", ...log] = rest;
    const errors = (parse(result)?.v1?.errors ?? []).map(String);
    return { state, errors, log: log.join("\n") };
  }
  if (state === "running") return { state, stage: parse(rest.join(""))?.v1?.stage ?? undefined, errors: [], log: "" };
  return { state: "none", errors: [], log: "" };
}

function parse(text: string): { v1?: { errors?: unknown[]; stage?: string | null } } | undefined {
  try {
    return JSON.parse(text) as { v1?: { errors?: unknown[]; stage?: string | null } };
  } catch {
    return undefined;
  }
}
