import { createPrivateKey, type KeyObject, type X509Certificate } from "node:crypto";
import { isAbsolute, join } from "node:path";
import { rootCertificates } from "node:tls";
import { pemBlocks, readCertificate } from "../pem";
import type { Problem } from "../problems";
import type { HttpsSettings } from "../sections/https";
import { isKnownSecret, type SettingsSource } from "../settingsSource";

type Source = Pick<SettingsSource, "isSecret" | "secretsAreStandIns" | "readText" | "folder" | "today">;

/** Bytes of a certificate with its key: HAProxy takes no more at once while it runs. */
const largest = 24_576;
/** Days before its end from which on a certificate is said to need a successor. */
const soon = 14;
/** Names of curves, as Node has them, that browsers take. */
const curves = ["prime256v1", "secp384r1", "secp521r1"];
/** Object identifiers (DER) of signatures with MD5 and SHA-1, which neither browsers nor OpenSSL take. */
const weakSignatures = ["2a864886f70d010104", "2a864886f70d010105", "2a8648ce3d0401"].map((hex) => {
  const oid = Buffer.from(hex, "hex");
  return Buffer.concat([Buffer.from([6, oid.length]), oid]);
});
const serverAuthentication = "1.3.6.1.5.5.7.3.1";

interface Read {
  /** Host → its chain, as PEM. */
  readonly chains: Readonly<Record<string, string>>;
  /** Host → the key to it, as PEM. */
  readonly keys: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Certificates that somebody else looks after, each judged as browsers and HAProxy would. */
export function readOwnCertificates({ certificates, hosts }: HttpsSettings, source: Source): Read {
  const read = Object.entries(certificates).map(([host, written]) => ({ host, ...judge(host, written, source) }));
  const all = <T>(pick: (one: (typeof read)[number]) => readonly T[]) => read.flatMap(pick);
  return {
    chains: Object.fromEntries(read.map(({ host, chain }) => [host, chain])),
    keys: Object.fromEntries(read.map(({ host, key }) => [host, key])),
    problems: [
      ...all(({ host }) => (hosts.includes(host) ? [] : [stranger(host)])),
      ...all(({ problems }) => problems),
      ...(read.length > 0 && !source.isSecret("holdfast:https") ? [plainKey] : []),
    ],
    warnings: all(({ warnings }) => warnings),
  };
}

function judge(host: string, written: HttpsSettings["certificates"][string], source: Source) {
  const setting = settingOf(host);
  const certificate = readChain(`${setting}.chain`, written.chain, source);
  const key = isKnownSecret(written.key, source) ? readKey(`${setting}.key`, written.key) : {};
  const blocks = certificate.blocks ?? [];
  const now = source.today === undefined ? new Date() : new Date(source.today);
  const chain = blocks.map((one) => `${one.trim()}\n`).join("");
  const text = `${key.pem?.trim() ?? written.key.trim()}\n`;
  const problems = [
    ...(certificate.problem ? [certificate.problem] : []),
    ...(key.problem ? [key.problem] : []),
    ...(certificate.chain ? chainProblems(`${setting}.chain`, host, certificate.chain, key.key, now) : []),
    ...(chain.length + text.length > largest ? [tooLarge(`${setting}.chain`)] : []),
  ];
  const [leaf] = certificate.chain ?? [];
  return { chain, key: text, problems, warnings: leaf && problems.length === 0 ? warningsOf(setting, leaf, now) : [] };
}

/** How `pulumi config set --path` names it. */
const settingOf = (host: string) => `holdfast:https.certificates["${host}"]`;

function readChain(
  setting: string,
  written: string,
  source: Source,
): { blocks?: string[]; chain?: X509Certificate[]; problem?: Problem } {
  const isText = written.includes("-----BEGIN");
  const text = isText ? written : source.readText(isAbsolute(written) ? written : join(source.folder, written));
  const why = "visitors get this certificate, and those that vouch for it";
  if (text === undefined) {
    const fix = `write a path from the folder of Pulumi.yaml (${source.folder}), or the PEM text itself`;
    return { problem: { setting, value: written, wrong: "is a file that cannot be read", why, fix } };
  }
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    return {
      problem: {
        setting,
        wrong: "has a private key in it",
        why: "this file is no secret, and whoever has the key can pretend to be the host",
        fix: "keep certificates alone in it; take a new key if others could read this one",
      },
    };
  }
  const blocks = pemBlocks(text, "(?:X509 |TRUSTED )?CERTIFICATE").map((one) => one.replaceAll("X509 ", ""));
  if (blocks.length === 0) {
    return {
      problem: {
        setting,
        wrong: "is no certificate in PEM",
        why,
        fix: "a text with -----BEGIN CERTIFICATE-----; from DER: `openssl x509 -inform DER -in FILE -out FILE.pem`, from PKCS #12: `openssl pkcs12 -nokeys -in FILE -out FILE.pem`",
      },
    };
  }
  const chain = blocks.map(readCertificate);
  const broken = chain.findIndex((one) => one === undefined);
  if (broken >= 0) {
    return {
      problem: {
        setting,
        wrong: `has a certificate in it that cannot be read: number ${broken + 1}`,
        why,
        fix: "copy the file again, whole: `openssl x509 -noout -subject -in FILE` says whose it is",
      },
    };
  }
  return { blocks, chain: chain as X509Certificate[] };
}

function readKey(setting: string, written: string): { key?: KeyObject; pem?: string; problem?: Problem } {
  const [pem] = pemBlocks(written, "(?:[A-Z]+ )?PRIVATE KEY");
  if (/-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(written)) {
    return {
      problem: {
        setting,
        wrong: "is encrypted with a passphrase",
        why: "nobody is there to type it when a load balancer starts",
        fix: "take the passphrase away (`openssl pkey -in KEY -out PLAIN`); Pulumi keeps the key encrypted",
      },
    };
  }
  const key = pem === undefined ? undefined : privateKey(pem);
  if (key === undefined || pem === undefined) {
    return {
      problem: {
        setting,
        wrong: "is no private key in PEM",
        why: "nobody can serve a certificate without its key",
        fix: `a text with -----BEGIN PRIVATE KEY-----: \`pulumi config set --secret --path '${setting}' < KEY\``,
      },
    };
  }
  const type = key.asymmetricKeyType;
  const { modulusLength = 0, namedCurve = "" } = key.asymmetricKeyDetails ?? {};
  if ((type === "rsa" && modulusLength >= 2048) || (type === "ec" && curves.includes(namedCurve))) return { key, pem };
  return {
    problem: {
      setting,
      wrong: `is a key that browsers do not take: ${[type, modulusLength || "", namedCurve].filter(Boolean).join(" ")}`,
      why: "no visitor could connect",
      fix: "get a certificate for a key of P-256, or for RSA with 2048 bits or more",
    },
  };
}

function privateKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** The first of these that holds is the reason; what follows from it is not told as well. */
function chainProblems(
  setting: string,
  host: string,
  chain: readonly X509Certificate[],
  key: KeyObject | undefined,
  now: Date,
): Problem[] {
  const [leaf, ...others] = chain;
  if (!leaf) return [];
  const say = (wrong: string, why: string, fix: string): Problem[] => [{ setting, wrong, why, fix }];
  const isFor = (one: X509Certificate) => one.checkHost(host, { subject: "never" }) !== undefined;
  const order = `the one for ${host} first, behind it the one that issued it, and so on`;
  if (!isFor(leaf)) {
    if (others.some(isFor)) {
      return say(`does not begin with the certificate for ${host}`, "servers send a chain from its beginning", order);
    }
    const names = leaf.subjectAltName?.replaceAll("DNS:", "") ?? `no name (its subject does not count)`;
    return say(`is for ${names}, not for ${host}`, "browsers refuse it", `get a certificate for ${host}`);
  }
  if (key && !leaf.checkPrivateKey(key)) {
    return say(
      `belongs to another key than ${settingOf(host)}.key`,
      "nobody can serve a certificate with another one's key",
      "give the key that the certificate was asked for with",
    );
  }
  const [from, to] = [leaf.validFrom, leaf.validTo].map((text) => new Date(text));
  const day = (date: Date | undefined) => date?.toISOString().slice(0, 10) ?? "";
  if (to && to <= now) {
    return say(`ended on ${day(to)}`, "browsers refuse it", "get a new one, or remove it: then one is ordered");
  }
  if (from && from.getTime() > now.getTime() + 86_400_000) {
    return say(
      `begins on ${day(from)} only`,
      "browsers refuse it until then",
      "go on with the one before it until then",
    );
  }
  if (leaf.keyUsage && !leaf.keyUsage.includes(serverAuthentication)) {
    return say("is not for servers", "browsers refuse it", "get a certificate for server authentication");
  }
  const stray = chain.findIndex((one, index) => index > 0 && !issued(one, chain[index - 1]));
  if (stray > 0) {
    return chain.some((one) => one !== leaf && issued(one, leaf))
      ? say("has its certificates in another order", "servers send a chain from its beginning", order)
      : say(
          `has a certificate in it that did not issue the one before: number ${stray + 1}`,
          "browsers find no way from the host's certificate to an authority that they trust",
          order,
        );
  }
  const weak = chain.find((one) => !issued(one, one) && weakSignatures.some((oid) => one.raw.includes(oid)));
  if (weak) {
    return say("is signed with SHA-1 or MD5", "browsers refuse it", "get one that is signed with SHA-256");
  }
  if (others.length === 0 && !issued(leaf, leaf) && !isRoot(leaf.issuer)) {
    return say(
      "ends with the host's own certificate: those that vouch for it are missing",
      "browsers that have not met them before refuse it",
      "append the intermediate certificates that came with it; for an authority of your own, its root",
    );
  }
  return [];
}

function issued(issuer: X509Certificate, one: X509Certificate | undefined): boolean {
  return one !== undefined && one.checkIssued(issuer) && one.verify(issuer.publicKey);
}

/** Whether browsers know the issuer by this name. */
function isRoot(issuer: string): boolean {
  return rootCertificates.some((pem) => readCertificate(pem)?.subject === issuer);
}

function warningsOf(setting: string, leaf: X509Certificate, now: Date): Problem[] {
  const days = Math.floor((Date.parse(leaf.validTo) - now.getTime()) / 86_400_000);
  return [
    ...(days < soon
      ? [
          {
            setting: `${setting}.chain`,
            wrong: `ends in ${days} days`,
            why: "nobody renews a certificate that you bring yourself but you",
            fix: "put the next one into its place, with its key, and run `pulumi up`",
          },
        ]
      : []),
    ...(issued(leaf, leaf)
      ? [
          {
            setting: `${setting}.chain`,
            wrong: "has signed itself",
            why: "browsers warn their users of it; a CDN in front may take it",
            fix: "leave it out, and load balancers get one that browsers trust",
          },
        ]
      : []),
  ];
}

const stranger = (host: string): Problem => ({
  setting: settingOf(host),
  wrong: "is for a host that is not among holdfast:https.hosts",
  why: "nobody would get it",
  fix: `add ${host} to holdfast:https.hosts, or remove its certificate`,
});

const tooLarge = (setting: string): Problem => ({
  setting,
  wrong: `is larger than ${largest} bytes with its key`,
  why: "HAProxy takes no more at once, so it could not be replaced without a restart",
  fix: "keep the host's certificate and the intermediate ones alone in it",
});

const plainKey: Problem = {
  setting: "holdfast:https.certificates",
  wrong: "has a key in plain text",
  why: "anybody who reads this file could pretend to be the host",
  fix: "get a certificate for a new key, and give that with `pulumi config set --secret --path 'holdfast:https.certificates[\"HOST\"].key' < KEY`",
};
