import { formatPublicKey, parsePublicKey, rsaBits, type PublicKey } from "../../blueprint/sshKeys";
import { keysExpire } from "../../blueprint/rules/adminKeys";
import { settingsWith, testKey } from "./source";

/** A key's body: fields, each after its length. */
function body(...fields: (string | Buffer)[]): string {
  const parts = fields.map((field) => Buffer.from(field));
  const withLengths = parts.flatMap((part) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(part.length);
    return [length, part];
  });
  return Buffer.concat(withLengths).toString("base64");
}

test.each([
  ["sk-ssh-ed25519@openssh.com", [Buffer.alloc(32, 7), "ssh:"]],
  ["sk-ecdsa-sha2-nistp256@openssh.com", ["nistp256", Buffer.alloc(65, 4), "ssh:"]],
])("a key on a security key is taken as it is: %s", (type, fields) => {
  const line = `${type} ${body(type, ...fields)} ana@stick`;
  expect(formatPublicKey(parsePublicKey(line) as PublicKey)).toBe(line);
  const { sshKeys } = settingsWith({
    "holdfast:admin": { sshKeys: [{ name: "ana", key: line }], allowFrom: ["198.51.100.0/24"] },
  }).admin;
  expect(sshKeys).toEqual([{ type, body: line.split(" ")[1], comment: "ana@stick", name: "ana" }]);
});

test("the bits of an RSA key are those of its modulus, and a cut one has none", () => {
  const rsa = (modulus: Buffer) => ({
    type: "ssh-rsa",
    body: body("ssh-rsa", Buffer.from([1, 0, 1]), modulus),
    comment: "",
  });
  expect(rsaBits(rsa(Buffer.concat([Buffer.from([0, 0x80]), Buffer.alloc(383, 1)])))).toBe(3072);
  expect(rsaBits(rsa(Buffer.concat([Buffer.from([0x40]), Buffer.alloc(383, 1)])))).toBe(3071);
  expect(rsaBits({ type: "ssh-rsa", body: body("ssh-rsa"), comment: "" })).toBe(0);
  expect(rsaBits({ type: "ssh-ed25519", body: "", comment: "" })).toBeUndefined();
});

test("a key's end is told two weeks before, and after it", () => {
  const entry = { name: "bob", key: testKey, expires: "2999-06-30" };
  const { admin } = settingsWith({ "holdfast:admin": { sshKeys: [entry], allowFrom: ["198.51.100.0/24"] } });
  const said = (today: string) =>
    keysExpire({ stack: "prod", preview: true, today, resolvedAdmin: admin }).map(({ value, wrong }) => [value, wrong]);
  expect(said("2999-06-15")).toEqual([]);
  expect(said("2999-06-17")).toEqual([["bob", "expires after 2999-06-30"]]);
  expect(said("2999-06-30")).toEqual([["bob", "expires after 2999-06-30"]]);
  expect(said("2999-07-01")).toEqual([["bob", "expired after 2999-06-30"]]);
});

test("a day that the engine took for a moment is the day", () => {
  const day = (expires: string) =>
    settingsWith({
      "holdfast:admin": { sshKeys: [{ name: "bob", key: testKey, expires }], allowFrom: ["198.51.100.0/24"] },
    }).admin.sshKeys[0]?.expires;
  expect(day("2999-06-30 00:00:00 +0000 UTC")).toBe("2999-06-30");
  expect(day("2999-06-30T00:00:00Z")).toBe("2999-06-30");
});
