import type { CloudRules } from "../cloudTarget";
import type { Problem } from "../problems";
import type { Issuer } from "../issuer";
import type { HttpsSettings } from "../sections/https";

/** What https is made of, with every default filled in. */
export interface Https extends Omit<HttpsSettings, "address" | "issuer"> {
  /** Whether the address itself has a certificate. */
  readonly address: boolean;
  readonly issuer: Issuer;
}

/** https://letsencrypt.org/docs/acme-protocol-updates and /docs/staging-environment */
const known = {
  letsencrypt: { name: "Let's Encrypt", directory: "https://acme-v02.api.letsencrypt.org/directory" },
  "letsencrypt-staging": {
    name: "Let's Encrypt (staging)",
    directory: "https://acme-staging-v02.api.letsencrypt.org/directory",
  },
} as const satisfies Record<string, Issuer>;

/**
 * https as it will be. A rehearsal reaches no authority but the local cloud's own; where that has none, it serves http, and
 * says so.
 */
export function resolveHttps(
  https: HttpsSettings,
  { isRehearsal, issuer }: CloudRules,
): { value?: Https; warnings: readonly Problem[] } {
  const used = isRehearsal ? issuer : named(https.issuer);
  if (!used) return { warnings: [noIssuer] };
  return {
    value: {
      ...https,
      address: https.address ?? https.hosts.length === 0,
      issuer: used,
      profile: https.profile ?? used.profile,
    },
    warnings: [],
  };
}

function named(issuer: HttpsSettings["issuer"]): Issuer {
  if (typeof issuer === "string") return known[issuer];
  return { name: new URL(issuer.directory).host, ...issuer };
}

const noIssuer: Problem = {
  setting: "holdfast:https",
  wrong: "has no effect in this local cloud: there is no authority for certificates in it",
  why: "its authority (Pebble) is built with Go, which was not there when the local cloud started",
  fix: "install Go 1.25 or newer (https://go.dev/dl/), and start the local cloud again; until then the stack serves http",
};
