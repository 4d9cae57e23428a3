import { X509Certificate } from "node:crypto";

const block = (label: string) => new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`, "g");

/** The blocks of a text with this label (a pattern), e.g. `CERTIFICATE`. */
export function pemBlocks(text: string, label: string): string[] {
  return text.match(block(label)) ?? [];
}

/** One certificate; undefined: nothing reads it as one. */
export function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    return undefined;
  }
}

/** Whether each PEM block of a text is a certificate, and there is one. */
export function areCertificates(text: string): boolean {
  const blocks = pemBlocks(text, "[^-]+");
  return blocks.length > 0 && blocks.every((one) => readCertificate(one) !== undefined);
}
