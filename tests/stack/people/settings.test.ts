import type { AdminKey } from "../../../blueprint/sshKeys";
import { textWithRevoked } from "../../../stack/people/settings";

const bob: AdminKey = { type: "ssh-ed25519", body: "AAAAbob", comment: "bob@laptop" };
const text = `config:
  holdfast:location: nbg1
  # Who looks after it.
  holdfast:admin:
    sshKeys:
      - ~/.ssh/id_ed25519.pub # ana
      - ~/.ssh/bob.pub
    allowFrom: [198.51.100.0/24]
`;

test("a key is moved, with its own text, and everything else stays as it was written", () => {
  expect(textWithRevoked(text, [1], [bob])).toBe(
    text.replace("      - ~/.ssh/bob.pub\n", "") + "    revokedKeys:\n      - ssh-ed25519 AAAAbob bob@laptop\n",
  );
});

test("a name goes with its key, and later keys stand behind earlier ones", () => {
  const once = textWithRevoked(text, [1], [bob]) ?? "";
  const eve: AdminKey = { ...bob, body: "AAAAeve", comment: "eve@laptop", name: "eve" };
  expect(textWithRevoked(once, [], [eve])).toBe(
    `${once}      - name: eve\n        key: ssh-ed25519 AAAAeve eve@laptop\n`,
  );
});

test("a list in brackets, and settings without any list", () => {
  const flow = "config:\n  holdfast:admin: { sshKeys: [a.pub, b.pub], allowFrom: [192.0.2.1/32] }\n";
  expect(textWithRevoked(flow, [0], [bob])).toMatch(/sshKeys: \[ ?b\.pub ?\].*revokedKeys:/s);
  expect(textWithRevoked("config:\n  holdfast:location: nbg1\n", [], [bob])).toBe(
    "config:\n  holdfast:location: nbg1\n  holdfast:admin:\n    revokedKeys:\n      - ssh-ed25519 AAAAbob bob@laptop\n",
  );
});

test("what was done already, or cannot be done, changes nothing", () => {
  expect(textWithRevoked(text, [], [])).toBe(text);
  expect(textWithRevoked("config: [", [0], [bob])).toBeUndefined();
  expect(textWithRevoked("config:\n  holdfast:admin: text\n", [0], [bob])).toBeUndefined();
});
