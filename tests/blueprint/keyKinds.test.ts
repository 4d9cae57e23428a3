import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parsePublicKey } from "../../blueprint/sshKeys";
import { testFolder } from "../support/folder";
import { settingsWith } from "./source";

const folder = testFolder();

function publicKey(name: string, ...kind: string[]): string {
  const path = join(folder, name);
  execFileSync("ssh-keygen", ["-q", "-N", "", "-C", name, "-f", path, "-t", ...kind]);
  return readFileSync(`${path}.pub`, "utf8");
}

/** What the settings make of a file named in `sshKeys`: the keys, or what they say. */
function judged(content: string | Buffer, name = "given.pub"): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  try {
    const { sshKeys } = settingsWith({
      "holdfast:admin": { sshKeys: [path], allowFrom: ["198.51.100.0/24"] },
    }).admin;
    return sshKeys.map(({ type, body, comment }) => `${type} ${body} ${comment}`.trim()).join("\n");
  } catch (error) {
    return (error as Error).message;
  }
}

let ana: string;
let bob: string;
beforeAll(() => {
  ana = publicKey("ana", "ed25519");
  bob = publicKey("bob", "ed25519");
});

test.each([
  ["rsa", "3072"],
  ["rsa", "4096"],
  ["ecdsa", "256"],
  ["ecdsa", "384"],
  ["ecdsa", "521"],
])("a key of ssh-keygen -t %s -b %s is taken", (type, bits) => {
  const key = publicKey(`${type}-${bits}`, type, "-b", bits);
  expect(judged(key)).toBe(key.trim());
});

test.each([
  ["1024", /RSA key of 1024 bits[^]*3072/],
  ["2048", /RSA key of 2048 bits[^]*3072/],
])("an RSA key of %s bits, which machines refuse, is refused", (bits, said) => {
  expect(judged(publicKey(`rsa-${bits}`, "rsa", "-b", bits))).toMatch(said);
});

const forms: readonly [string, () => string | Buffer][] = [
  ["Windows line ends", () => ana.replace(/\n/g, "\r\n")],
  ["line ends of the old Macintosh", () => ana.replace(/\n/g, "\r")],
  ["a byte order mark", () => `\ufeff${ana}`],
  ["no line end", () => ana.trim()],
  ["comments and empty lines", () => `# of ana's laptop\n\n${ana}\n# end\n`],
  ["tabs and blanks", () => `  ${ana.replace(/ /g, "\t ")}  `],
];
test.each(forms)("a file with %s holds its key", (_what, content) => {
  expect(judged(content())).toBe(ana.trim());
});

const refused: readonly [string, () => string | Buffer, RegExp][] = [
  ["two keys", () => ana + bob, /given\.pub holds 2 keys[^]*each key as an entry/],
  ["two keys with Windows line ends", () => (ana + bob).replace(/\n/g, "\r\n"), /holds 2 keys/],
  ["two keys without comments", () => `${ana.replace(/ ana/, "")}${bob.replace(/ bob/, "")}`, /holds 2 keys/],
  ["two keys joined in one line", () => `${ana.trim()} ${bob}`, /holds 2 keys/],
  ["options", () => `from="198.51.100.7",no-pty ${ana}`, /has options before the key[^]*name, key, from, expires/],
  ["a command with blanks", () => `command="echo hi" ${ana}`, /has options before the key/],
  ["a certificate", certificate, /is a certificate[^]*without -cert/],
  ["RFC 4716's form", () => converted("RFC4716"), /RFC 4716[^]*ssh-keygen -i -f/],
  ["PKCS#8's form", () => converted("PKCS8"), /PEM's form[^]*ssh-keygen -i -m PKCS8/],
  ["PEM's form", () => converted("PEM", "rsa-of-pem"), /PEM's form/],
  ["PuTTY's private key", () => "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n", /PuTTY's form[^]*puttygen/],
  ["the private key", () => readFileSync(join(folder, "ana")), /is a private key[^]*given\.pub/],
  ["a key in UTF-16", () => Buffer.from(`\ufeff${ana}`, "utf16le"), /UTF-16[^]*UTF-8/],
  ["nothing", () => "", /is not a public key/],
  ["a key that an editor wrapped", () => ana.replace(/(AAAA.{30})/, "$1\n"), /is (cut or damaged|not a public key)/],
  ["a key with three dots in it", () => ana.replace(/(AAAA.{30})..../, "$1…"), /is cut or damaged/],
];
test.each(refused)("a file with %s is refused, and what to do is said", (_what, content, said) => {
  expect(judged(content())).toMatch(said);
});

/** A certificate is what a company's own authority hands out beside the key. */
function certificate(): string {
  const authority = join(folder, "authority");
  publicKey("authority", "ed25519");
  execFileSync("ssh-keygen", ["-q", "-s", authority, "-I", "ana", "-n", "holdfast", join(folder, "ana.pub")]);
  return readFileSync(join(folder, "ana-cert.pub"), "utf8");
}

function converted(form: string, name = `rsa-of-${form}`): string {
  publicKey(name, "rsa", "-b", "3072");
  return execFileSync("ssh-keygen", ["-e", "-m", form, "-f", join(folder, `${name}.pub`)], { encoding: "utf8" });
}

test("whatever is cut out of a key, what is taken is what ssh-keygen takes", () => {
  const line = ana.trim();
  const path = join(folder, "cut.pub");
  const [start, end] = [line.indexOf("AAAA"), line.lastIndexOf(" ")];
  for (let at = start; at < end; at += 5) {
    const cut = line.slice(0, at) + line.slice(at + 1);
    writeFileSync(path, `${cut}\n`);
    const { status } = spawnSync("ssh-keygen", ["-l", "-f", path]);
    expect([cut, "body" in parsePublicKey(cut)]).toEqual([cut, status === 0]);
  }
});
