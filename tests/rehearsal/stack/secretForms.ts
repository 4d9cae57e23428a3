import { createPrivateKey, createPublicKey } from "node:crypto";

/** Name → a secret of a stack: a password, or the lines of a key. */
export type Secrets = ReadonlyMap<string, string>;

/** What is shorter could be in a text by chance. */
const SHORTEST = 12;
/** Characters of a line that are looked for: encoded, they are in one piece wherever lines are broken. */
const LONGEST = 48;

/** Names of the secrets that are in a text, plain or in an encoding that programs use. */
export function exposed(secrets: Secrets, text: string): string[] {
  // Encoders break lines where they like.
  const texts = [text, text.replace(/(?:\\n|\s)+/g, "")];
  return [...secrets]
    .filter(([, secret]) =>
      parts(secret).some((part) => forms(part).some((form) => texts.some((t) => t.includes(form)))),
    )
    .map(([name]) => name);
}

/** What is looked for of a secret. Of a key, each line that nothing else could have. @throws when nothing is left of it */
export function parts(secret: string): string[] {
  const lines = secret
    .split(/\r?\n|\\n/)
    .map((line) => line.trim())
    .filter((line) => line.length >= SHORTEST && !line.startsWith("-----"));
  // The first line of a key in OpenSSH's form says only what kind of key it is.
  const known = publicHalf(secret);
  const telling = (lines.length > 2 ? lines.slice(1) : lines).filter(
    (line) => known?.includes(Buffer.from(line, "base64")) !== true,
  );
  if (telling.length === 0) throw new Error("a secret is too short to be looked for");
  return telling.map((line) => line.slice(-LONGEST));
}

/**
 * The public half of a private key, which is within it and in its certificate, too; undefined of another text, and of a
 * key in OpenSSH's own form.
 */
function publicHalf(secret: string): Buffer | undefined {
  try {
    const key = createPublicKey(createPrivateKey(secret.replaceAll("\\n", "\n")));
    return key.export({ type: "spki", format: "der" });
  } catch {
    return undefined;
  }
}

/** A text as it is, in URLs, in hexadecimal, and in base64 wherever it begins in what was encoded. */
export function forms(text: string): string[] {
  const base64 = [0, 1, 2].flatMap((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]).toString("base64");
    // The ends depend on what stands beside it.
    const own = encoded.replace(/=+$/, "").slice(offset === 0 ? 0 : offset + 1, -1);
    return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
  const hex = Buffer.from(text).toString("hex");
  const json = JSON.stringify(text).slice(1, -1);
  return [...new Set([text, json, encodeURIComponent(text), hex, hex.toUpperCase(), ...base64])];
}
