import { isIP } from "node:net";
import { type Problem, show } from "./problems";
import { contains } from "./ranges";
import { isLocalStack } from "./stacks";

/** Which cloud a run works on. */
export interface Target {
  /** e.g. `https://api.hetzner.cloud/v1` */
  readonly endpoint: string;
  readonly token?: string;
  /** Of the project that has the Storage Box. @default `token`, as it is in the same project */
  readonly storageToken?: string;
}

/** A cloud that can be asked. */
export interface OpenTarget extends Target {
  readonly token: string;
}

/** Hetzner's own; any other one is a rehearsal or a mistake. */
export const officialEndpoint = "https://api.hetzner.cloud/v1";

/** Hetzner's API of Storage Boxes is another one, with the same tokens. */
const officialStorageEndpoint = "https://api.hetzner.com/v1";

/** Where Storage Boxes are asked for: a local cloud has them in the same place as everything else. */
export function storageEndpoint(endpoint: string): string {
  return endpoint === officialEndpoint ? officialStorageEndpoint : endpoint;
}

/** Tokens of a local cloud say what they are (64 characters, as Hetzner's). */
export const localTokenStart = "holdfast-local-cloud";

/**
 * The guard between the two worlds: a local stack works on a local cloud and on nothing else, any other stack never on one.
 * Pure, so that every mix-up has a test.
 */
export function checkTarget(stack: string, target: Target, { preview }: { preview: boolean }): Problem[] {
  const local = isLocalStack(stack);
  const endpoint = show(target.endpoint);
  const loopback = isLoopback(target.endpoint);
  const startLocal = 'start the local cloud and set the environment: `eval "$(npx holdfast local env)"`';
  if (loopback === undefined) {
    return [
      {
        setting: "hcloud:endpoint",
        value: endpoint,
        wrong: "is not a URL",
        why: "the cloud's API is asked there",
        fix: `remove it for Hetzner (${officialEndpoint}), or ${startLocal}`,
      },
    ];
  }
  if (local && !loopback) {
    return [
      {
        setting: "hcloud:endpoint",
        value: endpoint,
        wrong: `is not on this computer, but stack ${stack} is a local one`,
        why: "a rehearsal must never touch a real cloud",
        fix: `${startLocal}; or choose another stack: \`pulumi stack select\``,
      },
    ];
  }
  if (!local && loopback) {
    return [
      {
        setting: "hcloud:endpoint",
        value: endpoint,
        wrong: `is a local cloud, but stack ${stack} is not a local one`,
        why: "a real environment must never be made on this computer",
        fix: "unset HCLOUD_ENDPOINT and HCLOUD_TOKEN, or select a stack named local or local-…",
      },
    ];
  }
  return checkToken(target.token, { stack, local, preview, startLocal });
}

/** As `checkTarget`, for the token of a second project. @param setting that has it */
export function checkSecondToken(stack: string, token: string, setting: string): Problem[] {
  const local = isLocalStack(stack);
  if (local === token.startsWith(localTokenStart)) return [];
  return [
    {
      setting,
      wrong: local ? "is not a token of a local cloud" : "is a token of a local cloud",
      why: local
        ? "a rehearsal must never touch a real cloud"
        : `stack ${stack} is for Hetzner, which does not know it`,
      fix: local
        ? "write `backupToken` of the local cloud's daemon.json"
        : "write a read-write token of the second project",
    },
  ];
}

function checkToken(
  token: string | undefined,
  { stack, local, preview, startLocal }: { stack: string; local: boolean; preview: boolean; startLocal: string },
): Problem[] {
  const setting = "hcloud:token";
  if (token === undefined) {
    // A preview asks the cloud nothing, so it needs no protection.
    if (preview && !local) return [];
    return [
      {
        setting,
        wrong: "is missing",
        why: "the cloud's API answers no request without one",
        fix: local
          ? startLocal
          : "`pulumi config set --secret hcloud:token`, with a read-write token of this environment's own project",
      },
    ];
  }
  if (local === token.startsWith(localTokenStart)) return [];
  return [
    {
      setting,
      wrong: local ? "is not a token of a local cloud" : "is a token of a local cloud",
      why: local
        ? "a token of a real project has no business in a rehearsal"
        : `stack ${stack} is for Hetzner, where that token means nothing`,
      fix: local ? startLocal : "unset HCLOUD_TOKEN, and set hcloud:token to a token of this environment's own project",
    },
  ];
}

/** Whether a URL leads to this computer; nothing when it is not a URL. */
export function isLoopback(endpoint: string): boolean | undefined {
  if (!URL.canParse(endpoint)) return undefined;
  const { hostname, protocol } = new URL(endpoint);
  if (protocol !== "http:" && protocol !== "https:") return undefined;
  const host = hostname.replace(/^\[|\]$/g, "");
  return host === "localhost" || (isIP(host) !== 0 && contains(["127.0.0.0/8", "::1/128"], host));
}
