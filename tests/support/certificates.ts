import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A certificate with its key, both PEM. */
export interface Made {
  readonly certificate: string;
  readonly key: string;
}

export interface Wanted {
  /** Its subject alternative names, as OpenSSL has them. @default none */
  readonly names?: string;
  /** Who signs it. @default itself */
  readonly by?: Made;
  readonly subject?: string;
  /** More extensions, one a line. */
  readonly extensions?: readonly string[];
  /** What `openssl genpkey` makes. @default a key of P-256 */
  readonly key?: readonly string[];
  readonly isAuthority?: boolean;
  /** Of the signature. @default sha256 */
  readonly digest?: string;
  /** Days from now. @default from now for 90 days */
  readonly from?: number;
  readonly until?: number;
}

const configuration = `
[ca]
default_ca = here
[here]
new_certs_dir = .
database = database
serial = serial
policy = any
unique_subject = no
[any]
commonName = optional
`;

/** Certificates of all kinds, made by OpenSSL. */
export function makeCertificate(wanted: Wanted): Made {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-certificates-"));
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) =>
    execFileSync("openssl", args, { cwd: folder, stdio: "pipe", encoding: "utf8" });
  try {
    const { names, by, subject = "/CN=test", isAuthority = false, digest = "sha256" } = wanted;
    openssl("genpkey", ...(wanted.key ?? ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]), "-out", "key");
    const extensions = [
      `basicConstraints=critical,CA:${isAuthority}`,
      ...(names === undefined ? [] : [`subjectAltName=${names}`]),
      ...(wanted.extensions ?? []),
    ];
    writeFileSync(file("extensions"), extensions.join("\n"));
    openssl("req", "-new", "-key", "key", "-subj", subject, "-out", "request");
    writeFileSync(file("ca"), by?.certificate ?? "");
    writeFileSync(file("ca.key"), by?.key ?? readFileSync(file("key")));
    writeFileSync(file("database"), "");
    writeFileSync(file("configuration"), configuration);
    const time = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]|\.\d+/g, "");
    const life = ["-startdate", time(wanted.from ?? 0), "-enddate", time(wanted.until ?? 90)];
    const signer = by ? ["-cert", "ca", "-keyfile", "ca.key"] : ["-selfsign", "-keyfile", "key"];
    const about = ["-config", "configuration", "-batch", "-notext", "-create_serial", "-md", digest];
    openssl("ca", ...about, ...signer, ...life, "-extfile", "extensions", "-in", "request", "-out", "certificate");
    return { certificate: readFileSync(file("certificate"), "utf8"), key: readFileSync(file("key"), "utf8") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A key with a passphrase. */
export function encrypted(key: string, ...form: string[]): string {
  return execFileSync("openssl", ["pkey", "-aes256", "-passout", "pass:hunter2", ...form], {
    input: key,
    encoding: "utf8",
  });
}
