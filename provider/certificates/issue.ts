import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

/** PEM of a private key (PKCS #8), and of a certificate for it. */
export interface KeyPair {
  readonly key: string;
  readonly certificate: string;
}

/** The subject of a server's certificate. */
export interface Subject {
  /** For people; clients check the addresses. */
  readonly commonName: string;
  /** IP addresses under which clients connect. */
  readonly addresses: readonly string[];
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const day = 24 * 60 * 60 * 1000;
/** Days. Longer than the life of a stack; only its own machines trust the authority. */
const authorityDays = 30 * 365;
/** Days. */
const serverDays = 10 * 365;

/** A new certificate authority, for one server. */
export async function issueAuthority(commonName: string, now: Date): Promise<KeyPair> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: [{ CN: [commonName] }],
      keys,
      ...validity(now, authorityDays),
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return { key: await pemOf(keys.privateKey), certificate: certificate.toString("pem") };
}

/** A certificate for a server, with a new key. */
export async function issueServer(authority: KeyPair, subject: Subject, now: Date): Promise<KeyPair> {
  const issuer = new x509.X509Certificate(authority.certificate);
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.create(
    {
      subject: [{ CN: [subject.commonName] }],
      issuer: issuer.subject,
      publicKey: keys.publicKey,
      signingKey: await importKey(authority.key),
      ...validity(now, serverDays),
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(subject.addresses.map((value) => ({ type: "ip", value }))),
        await x509.AuthorityKeyIdentifierExtension.create(issuer, false, webcrypto),
      ],
    },
    webcrypto,
  );
  return { key: await pemOf(keys.privateKey), certificate: certificate.toString("pem") };
}

/** Half of the time of a certificate: a stack that is updated every few years never has an expired one. */
export function renewalOf(certificate: string): Date {
  const { notBefore, notAfter } = new x509.X509Certificate(certificate);
  return new Date((notBefore.getTime() + notAfter.getTime()) / 2);
}

/** Begins an hour ago, because clocks differ. */
function validity(now: Date, days: number) {
  return { notBefore: new Date(now.getTime() - day / 24), notAfter: new Date(now.getTime() + days * day) };
}

async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair;
}

async function pemOf(key: webcrypto.CryptoKey): Promise<string> {
  const encoded = await webcrypto.subtle.exportKey("pkcs8", key);
  return x509.PemConverter.encode(encoded, "PRIVATE KEY");
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const [encoded = new ArrayBuffer(0)] = x509.PemConverter.decode(pem);
  return (await webcrypto.subtle.importKey("pkcs8", encoded, algorithm, false, ["sign"])) as webcrypto.CryptoKey;
}
