import { createHash, generateKeyPairSync } from "node:crypto";

/** A private key and what names its public half. */
export interface SigningKeyPair {
  /** PEM (PKCS #8). */
  readonly key: string;
  /** RFC 7638, SHA-256 in base64url: what an answer to an ACME challenge ends with. */
  readonly thumbprint: string;
}

/** A new key on the curve that authorities and browsers all take. */
export function makeSigningKey(): SigningKeyPair {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { crv, kty, x, y } = publicKey.export({ format: "jwk" });
  // In this order, which the RFC gives.
  const thumbprint = createHash("sha256").update(JSON.stringify({ crv, kty, x, y })).digest("base64url");
  return { key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(), thumbprint };
}
