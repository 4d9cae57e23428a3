import { issueAuthority } from "../../provider/certificates/issue";
import { exposed, parts } from "../rehearsal/stack/secretForms";

const password = "s3cret/Pass+word==42";
const key = `-----BEGIN PRIVATE KEY-----\n${"A".repeat(64)}\n${"b9/".repeat(21)}x\n${"q7+".repeat(10)}\n-----END PRIVATE KEY-----\n`;
const secrets = new Map([
  ["password", password],
  ["key", key],
]);
const base64 = (text: string) => Buffer.from(text).toString("base64");

test.each([
  ["plain", `postgresql://app:${password}@host`],
  ["in a URL", `postgresql://app:${encodeURIComponent(password)}@host`],
  ["in hexadecimal", Buffer.from(`x${password}`).toString("hex")],
  ["in base64, wherever it begins", base64(`user:${password}:rest`)],
  ["one byte on", base64(`auser:${password}`)],
  ["two bytes on", base64(`aauser:${password}`)],
  ["in base64 whose lines are broken", base64(`aauser:${password}`).replace(/(.{9})/g, "$1\n")],
])("a password is found %s", (_how, text) => {
  expect(exposed(secrets, text)).toEqual(["password"]);
});

test("a key is found by any line that only it has", () => {
  expect(parts(key)).toHaveLength(2);
  expect(exposed(secrets, `only ${"q7+".repeat(10)} of it`)).toEqual(["key"]);
  expect(exposed(secrets, base64(key).replace(/(.{76})/g, "$1\n"))).toEqual(["key"]);
  expect(exposed(secrets, "-----BEGIN PRIVATE KEY-----")).toEqual([]);
});

test("a certificate does not tell its key, though its public half is within the key", async () => {
  // Whether both are encoded in step depends on the length of the serial number, which is random.
  for (let n = 0; n < 30; n++) {
    const authority = await issueAuthority("database", new Date());
    const keys = new Map([["key", authority.key]]);
    expect(exposed(keys, authority.certificate)).toEqual([]);
    expect(exposed(keys, `${authority.certificate}${authority.key}`)).toEqual(["key"]);
    const line = authority.key.split("\n")[2] ?? "";
    expect(exposed(keys, line)).toEqual(["key"]);
  }
});

test("what is too short to be looked for is refused, not left out", () => {
  expect(() => parts("short")).toThrow(/too short/);
});
