import type { CheckResult, Values } from "../../../provider/grpc/types";
import type { ClientSettings } from "./client";

const known = ["token", "endpoint", "endpointHetzner", "pollInterval", "pollFunction", "version"];
const publicEndpoint = "https://api.hetzner.cloud/v1";
const publicStorageEndpoint = "https://api.hetzner.com/v1";
/** Characters of every token of Hetzner's. */
const tokenLength = 64;

/** What the provider's own inputs say. Environment variables are those of the local cloud's process. */
export interface Settings extends ClientSettings {
  /** Whether `endpoint` is on this computer: anything else is never called. */
  readonly isLocal: boolean;
}

/** The provider's inputs, as the official plugin checks them. */
export function checkSettings(inputs: Values): CheckResult {
  const failures = Object.keys(inputs)
    .filter((property) => !known.includes(property))
    .map((property) => ({ property, reason: `'${property}' is not a setting of the hcloud provider` }));
  const { token, pollFunction = "exponential" } = inputs;
  if (typeof token === "string" && token !== "" && token.length !== tokenLength) {
    const reason = `The token has ${String(token.length)} characters; a token of Hetzner's has ${String(tokenLength)}`;
    failures.push({ property: "token", reason });
  }
  if (pollFunction !== "constant" && pollFunction !== "exponential") {
    const reason = `pollFunction is ${JSON.stringify(pollFunction)}; it can be constant or exponential`;
    failures.push({ property: "pollFunction", reason });
  }
  return { inputs, failures };
}

/**
 * The settings that follow from the inputs.
 *
 * @throws when the token is missing (unless the cloud is one that is never called) or the interval is no duration
 */
export function readSettings(inputs: Values, env: NodeJS.ProcessEnv = process.env): Settings {
  const text = (name: string) => (typeof inputs[name] === "string" && inputs[name] !== "" ? inputs[name] : undefined);
  const endpoint = (text("endpoint") ?? env.HCLOUD_ENDPOINT ?? publicEndpoint).replace(/\/$/, "");
  // With `endpointHetzner` set the official plugin takes `endpoint` for Storage Boxes, a slip that we share.
  const storageEndpoint = text("endpointHetzner") ? endpoint : (env.HETZNER_ENDPOINT ?? publicStorageEndpoint);
  const token = text("token") ?? env.HCLOUD_TOKEN ?? "";
  const isLocal = isLoopback(endpoint);
  if (token === "" && isLocal)
    throw new Error("hcloud:token is missing: the local cloud wants the token that it was started with.");
  const pollInterval = text("pollInterval");
  return {
    endpoint,
    storageEndpoint,
    token,
    isLocal,
    pollInterval: pollInterval === undefined ? undefined : parseDuration(pollInterval),
    pollFunction: inputs.pollFunction === "constant" ? "constant" : "exponential",
  };
}

/** Whether nothing sent to this URL can leave the computer. Names are not resolved: only addresses and `localhost`. */
export function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname, protocol } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") return false;
  return /^127(\.\d+){3}$/.test(hostname) || hostname === "[::1]" || hostname === "localhost";
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration as Go writes it, e.g. `200ms`, `1m30s`. */
function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join("") !== text) {
    throw new Error(`hcloud:pollInterval is ${JSON.stringify(text)}; write a duration such as 500ms or 2s.`);
  }
  return parts.reduce((sum, [, value, unit]) => sum + Number(value) * units[unit], 0);
}
