import type { CloudRules } from "../cloudTarget";
import type { Issuer } from "../issuer";
import { areCertificates } from "../pem";
import type { Problem } from "../problems";
import type { HttpsSettings } from "../sections/https";
import { isKnownSecret, type SettingsSource } from "../settingsSource";
import { readOwnCertificates } from "./ownCertificates";

/** What https is made of, with every default filled in, without secrets. */
export interface Https extends Omit<HttpsSettings, "address" | "certificates" | "dns" | "issuer"> {
  /** Whether the address itself has a certificate. */
  readonly address: boolean;
  readonly issuer: Issuer;
  /** Where the records of hosts are made. Absent: a person sets them. */
  readonly dns?: { readonly zone: string };
  /** Host → chain of its own certificate, as PEM. For the others one is ordered. */
  readonly certificates: Readonly<Record<string, string>>;
}

/** Secrets of https. */
export interface HttpsSecrets {
  /** Host → key to its own certificate, as PEM. */
  readonly keys: Readonly<Record<string, string>>;
  /** Of the account at the authority, where that gave one (external account binding). */
  readonly accountKey?: string;
  /** Of the project that has the DNS zone; absent: that is the machines' one. */
  readonly dnsToken?: string;
}

/** https://letsencrypt.org/docs/acme-protocol-updates, /docs/staging-environment and /docs/caa */
const caaDomain = "letsencrypt.org";
/** As announced until 2028; today most of them are valid for longer (https://letsencrypt.org/docs/profiles). */
const lives = { "": 45 * 24, classic: 45 * 24, tlsserver: 45 * 24, shortlived: 160 };
const known = {
  letsencrypt: {
    name: "Let's Encrypt",
    directory: "https://acme-v02.api.letsencrypt.org/directory",
    caaDomain,
    lives,
  },
  "letsencrypt-staging": {
    name: "Let's Encrypt (staging)",
    directory: "https://acme-staging-v02.api.letsencrypt.org/directory",
    caaDomain,
    lives,
    isForTrials: true,
  },
} as const satisfies Record<string, Issuer>;

interface Resolved {
  readonly value?: { readonly https: Https; readonly secrets: HttpsSecrets };
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * https as it will be. A rehearsal reaches no authority but the local cloud's own; where that has none, it serves http, and
 * says so.
 */
export function resolveHttps(https: HttpsSettings, source: SettingsSource & { cloud: CloudRules }): Resolved {
  const { isRehearsal, issuer } = source.cloud;
  const own = readOwnCertificates(https, source);
  const problems = [...own.problems, ...issuerProblems(https.issuer, source), ...tokenProblems(https.dns, source)];
  const used = isRehearsal ? issuer : named(https.issuer);
  if (!used) return { problems, warnings: [...own.warnings, noIssuer] };
  const accountKey = typeof https.issuer === "string" || !used.accountId ? undefined : https.issuer.eab?.key;
  const { dns, ...plain } = https;
  return {
    value: {
      https: {
        ...plain,
        ...(dns && { dns: { zone: dns.zone } }),
        address: https.address ?? https.hosts.length === 0,
        issuer: used,
        profile: https.profile ?? used.profile,
        certificates: own.chains,
      },
      secrets: {
        keys: own.keys,
        ...(accountKey !== undefined && { accountKey }),
        ...(dns?.token !== undefined && { dnsToken: dns.token }),
      },
    },
    problems,
    warnings: own.warnings,
  };
}

function named(issuer: HttpsSettings["issuer"]): Issuer {
  if (typeof issuer === "string") return known[issuer];
  const { directory, ca, eab } = issuer;
  return { name: new URL(directory).host, directory, ...(ca && { ca }), ...(eab && { accountId: eab.id }) };
}

function issuerProblems(issuer: HttpsSettings["issuer"], source: SettingsSource): Problem[] {
  if (typeof issuer === "string") return [];
  const setting = "holdfast:https.issuer";
  const { ca, eab } = issuer;
  return [
    ...(ca === undefined || areCertificates(ca)
      ? []
      : [
          {
            setting: `${setting}.ca`,
            wrong: "is not a certificate",
            why: "without it the authority cannot be told from another server, so nothing would be ordered",
            fix: "copy the file again, whole: `openssl x509 -noout -subject -in FILE` says whose it is",
          },
        ]),
    ...(!eab || source.isSecret("holdfast:https")
      ? []
      : [
          {
            setting: `${setting}.eab.key`,
            wrong: "is written in plain text",
            why: "anybody who reads this file could order certificates in the account's name",
            fix: `get a new one, and give it with \`pulumi config set --secret --path '${setting}.eab.key' VALUE\``,
          },
        ]),
    ...(!eab || !isKnownSecret(eab.key, source) || /^[A-Za-z0-9+/_-]{8,}=*$/.test(eab.key)
      ? []
      : [
          {
            setting: `${setting}.eab.key`,
            wrong: "is not in base64url",
            why: "the authority would not know the account by it",
            fix: "copy the HMAC key again, as the authority shows it",
          },
        ]),
  ];
}

function tokenProblems(dns: HttpsSettings["dns"], source: SettingsSource): Problem[] {
  if (dns?.token === undefined || source.isSecret("holdfast:https")) return [];
  return [
    {
      setting: "holdfast:https.dns.token",
      wrong: "is written in plain text",
      why: "anybody who reads this file could lead the domain's visitors and mail elsewhere",
      fix: "revoke that token at Hetzner, make a new one, and give it with `pulumi config set --secret --path holdfast:https.dns.token`",
    },
  ];
}

const noIssuer: Problem = {
  setting: "holdfast:https",
  wrong: "has no effect in this local cloud: there is no authority for certificates in it",
  why: "its authority (Pebble) is built with Go, which was not there when the local cloud started",
  fix: "install Go 1.25 or newer (https://go.dev/dl/), and start the local cloud again; until then the stack serves http",
};
