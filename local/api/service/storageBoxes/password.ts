import { execFileSync } from "node:child_process";
import { invalidField } from "../errors";

/** Hetzner's policy, but for the list of passwords that were stolen somewhere. */
const rules: readonly (readonly [allowed: RegExp, otherwise: string])[] = [
  [/^.{12,128}$/u, "has to have 12 to 128 characters"],
  [/^[a-zA-ZÄÖÜäöüß0-9^°!§$%/()=?+#\-.,;:~*@{}_&]*$/u, "has a character that is not allowed"],
  [/[A-ZÄÖÜ]/u, "needs an upper case letter"],
  [/[a-zäöüß]/u, "needs a lower case letter"],
  [/[0-9]/, "needs a number"],
  [/[^a-zA-ZÄÖÜäöüß0-9]/u, "needs a special character"],
];

/**
 * The password as /etc/shadow has it (SHA-512): what was given is written down nowhere.
 *
 * @throws invalid_input when the password policy refuses it
 */
export function hashedPassword(password: string): string {
  const broken = rules.find(([allowed]) => !allowed.test(password));
  if (broken !== undefined) throw invalidField("password", broken[1]);
  // Node has no crypt(3). On standard input, because arguments are there for everybody to read.
  return execFileSync("openssl", ["passwd", "-6", "-stdin"], { input: password, encoding: "utf8" }).trim();
}
