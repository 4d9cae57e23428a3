import { type Problem, SettingsError } from "../../blueprint/problems";
import { parseSettings } from "../../blueprint/parseSettings";
import { readSettings } from "../../blueprint/readSettings";
import { encryptedSecret } from "../../blueprint/settingsSource";
import { encrypted, type Made, makeCertificate } from "../support/certificates";
import { sourceOf, testKey } from "./source";

const host = "shop.example.com";
const authority = makeCertificate({ isAuthority: true, subject: "/CN=an authority", until: 900 });
const issuing = makeCertificate({ isAuthority: true, subject: "/CN=issues", by: authority, until: 800 });
const good = makeCertificate({ names: `DNS:${host}`, by: issuing });
const by = (wanted: Parameters<typeof makeCertificate>[0]) =>
  makeCertificate({ names: `DNS:${host}`, by: issuing, ...wanted });
const chained = ({ certificate }: Made) => certificate + issuing.certificate;

interface Written {
  readonly chain: string;
  readonly key: string;
}

/** What is said about these certificates. */
function said(certificates: Record<string, Written>, more: object = {}, { plain = false, standIns = false } = {}) {
  const config = {
    "holdfast:location": "nbg1",
    "holdfast:app": { release: "./examples/guestbook" },
    "holdfast:admin": { sshKeys: [testKey], allowFrom: ["198.51.100.0/24"] },
    "holdfast:https": { hosts: [host, ...Object.keys(certificates)].filter(unique), certificates, ...more },
  };
  const source = { ...sourceOf(JSON.stringify({ config })), isSecret: () => !plain, secretsAreStandIns: standIns };
  try {
    const { settings, secrets, warnings } = readSettings(parseSettings(source));
    const ours = warnings.filter(({ setting }) => setting.startsWith("holdfast:https"));
    return { settings, secrets, warnings: ours.map(({ wrong }) => wrong) };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return { problems: error.problems };
  }
}
const unique = (one: string, index: number, all: string[]) => all.indexOf(one) === index;
const ofPreview = ({ problems = [] }: { problems?: readonly Problem[] }) =>
  problems.map(({ setting, wrong }) => `${setting.replace(/^.*\]\./, "")} ${wrong}`);

/** What is wrong with a certificate → how it is written, and what is said. */
const bad: Readonly<Record<string, readonly [() => Written, string]>> = {
  "a file that is not there": [
    () => ({ chain: "./nothing.pem", key: good.key }),
    "chain is a file that cannot be read",
  ],
  "a text that is no PEM": [() => ({ chain: "./package.json", key: good.key }), "chain is no certificate in PEM"],
  "a certificate that was cut": [
    () => ({ chain: good.certificate.replace(/\n.{64}\n/, "\n") + issuing.certificate, key: good.key }),
    "chain has a certificate in it that cannot be read: number 1",
  ],
  "the key in the same file": [
    () => ({ chain: chained(good) + good.key, key: good.key }),
    "chain has a private key in it",
  ],
  "a key with a passphrase": [
    () => ({ chain: chained(good), key: encrypted(good.key) }),
    "key is encrypted with a passphrase",
  ],
  "a key with a passphrase in the old form": [
    () => ({ chain: chained(good), key: encrypted(good.key, "-traditional") }),
    "key is encrypted with a passphrase",
  ],
  "a certificate in place of the key": [
    () => ({ chain: chained(good), key: good.certificate }),
    "key is no private key in PEM",
  ],
  "another one's key": [
    () => ({ chain: chained(good), key: issuing.key }),
    `chain belongs to another key than holdfast:https.certificates["${host}"].key`,
  ],
  "another host": [
    () => with1(by({ names: "DNS:www.example.com, DNS:*.shop.example.com" })),
    `chain is for www.example.com, *.shop.example.com, not for ${host}`,
  ],
  "a host in the subject alone": [
    () => with1(makeCertificate({ by: issuing, subject: `/CN=${host}` })),
    `chain is for no name (its subject does not count), not for ${host}`,
  ],
  "the past": [() => with1(by({ from: -90, until: -1 })), "chain ended on "],
  "the future": [() => with1(by({ from: 3 })), "chain begins on "],
  "no intermediate": [
    () => ({ chain: good.certificate, key: good.key }),
    "chain ends with the host's own certificate: those that vouch for it are missing",
  ],
  "the intermediate first": [
    () => ({ chain: issuing.certificate + good.certificate, key: good.key }),
    `chain does not begin with the certificate for ${host}`,
  ],
  "the root before the intermediate": [
    () => ({ chain: good.certificate + authority.certificate + issuing.certificate, key: good.key }),
    "chain has its certificates in another order",
  ],
  "a stranger behind it": [
    () => ({ chain: good.certificate + authority.certificate, key: good.key }),
    "chain has a certificate in it that did not issue the one before: number 2",
  ],
  "a short RSA key": [
    () => with1(by({ key: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"] })),
    "key is a key that browsers do not take: rsa 1024",
  ],
  "a kind of key that browsers do not know": [
    () => with1(by({ key: ["-algorithm", "ED25519"] })),
    "key is a key that browsers do not take: ed25519",
  ],
  "a signature with SHA-1": [() => with1(by({ digest: "sha1" })), "chain is signed with SHA-1 or MD5"],
  "a certificate for clients": [
    () => with1(by({ extensions: ["extendedKeyUsage=clientAuth"] })),
    "chain is not for servers",
  ],
  "the same authority over and over": [
    () => ({ chain: chained(good) + authority.certificate.repeat(50), key: good.key }),
    "chain is larger than 24576 bytes with its key",
  ],
};
const with1 = (made: Made): Written => ({ chain: chained(made), key: made.key });

test.each(Object.entries(bad))("%s is refused", (_, [make, wrong]) => {
  const { problems } = said({ [host]: make() });
  expect(ofPreview({ problems })).toEqual([expect.stringContaining(wrong)]);
});

test("all of them at once, each by its name, and no key is repeated", () => {
  const names = Object.keys(bad).map((_, index) => `host-${index}.example.com`);
  const certificates = Object.fromEntries(Object.values(bad).map(([make], index) => [names[index] ?? "", make()]));
  const { problems = [] } = said(certificates);
  expect(new Set(problems.map(({ setting }) => /\["(.*)"\]/.exec(setting)?.[1]))).toEqual(new Set(names));
  const key = good.key.split("\n")[1] ?? "";
  expect(JSON.stringify(problems)).not.toContain(key);
});

test("a certificate for a host that is not served, and a key in plain text", () => {
  const { problems } = said({ [host]: with1(good) }, { hosts: ["www.example.com"] }, { plain: true });
  expect(ofPreview({ problems })).toEqual([
    `holdfast:https.certificates["${host}"] is for a host that is not among holdfast:https.hosts`,
    "holdfast:https.certificates has a key in plain text",
  ]);
});

test("good ones: with a root, by a star, for RSA, by a path, with other things in the file", () => {
  const rsa = by({ key: ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"], names: "DNS:*.example.com" });
  for (const written of [
    with1(good),
    { chain: chained(good) + authority.certificate, key: good.key },
    with1(rsa),
    { chain: `Bag Attributes\n    friendlyName: x\n${chained(good)}`, key: `Bag Attributes\n${good.key}\n` },
  ]) {
    const { settings, secrets, warnings } = said({ [host]: written });
    expect(warnings).toEqual([]);
    expect(settings?.https?.certificates[host]).toMatch(
      /^-----BEGIN CERTIFICATE-----\n[^]*-----END CERTIFICATE-----\n$/,
    );
    expect(secrets?.https?.keys[host]).toMatch(/^-----BEGIN PRIVATE KEY-----\n[^]*-----END PRIVATE KEY-----\n$/);
    expect(JSON.stringify(settings)).not.toContain("PRIVATE KEY");
  }
});

test("one that ends soon, and one that has signed itself, are used with a warning", () => {
  expect(said({ [host]: with1(by({ until: 10 })) }).warnings).toEqual(["ends in 9 days"]);
  const itself = makeCertificate({ names: `DNS:${host}` });
  expect(said({ [host]: { chain: itself.certificate, key: itself.key } }).warnings).toEqual(["has signed itself"]);
});

test("a preview without keys judges what it has, and so does a command that reads the file alone", () => {
  const standIn = "a".repeat(64);
  expect(said({ [host]: { chain: chained(good), key: encryptedSecret } }).warnings).toEqual([]);
  expect(said({ [host]: { chain: chained(good), key: standIn } }, {}, { standIns: true }).warnings).toEqual([]);
  const { problems } = said({ [host]: { chain: good.certificate, key: standIn } }, {}, { standIns: true });
  expect(ofPreview({ problems })).toHaveLength(1);
});

test("an authority that wants an account of a customer, and one that nobody can tell from another", () => {
  const directory = "https://acme.example.com/directory";
  const eab = { id: "kid-1", key: "hunter2-hunter2" };
  const { settings, secrets } = said({}, { issuer: { directory, eab, ca: authority.certificate } });
  expect(settings?.https?.issuer).toEqual({
    name: "acme.example.com",
    directory,
    ca: authority.certificate,
    accountId: "kid-1",
  });
  expect(secrets?.https?.accountKey).toBe(eab.key);
  expect(JSON.stringify(settings)).not.toContain("hunter2");
  const broken = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
  const { problems } = said({}, { issuer: { directory, eab: { ...eab, key: "a b" }, ca: broken } }, { plain: true });
  expect(ofPreview({ problems })).toEqual(["holdfast:https.issuer.eab.key is not text without spaces, in base64url"]);
  const second = said({}, { issuer: { directory, eab: { ...eab, key: "#" }, ca: broken } }, { plain: true });
  expect(ofPreview(second)).toEqual([
    "holdfast:https.issuer.ca is not a certificate",
    "holdfast:https.issuer.eab.key is written in plain text",
    "holdfast:https.issuer.eab.key is not in base64url",
  ]);
});
