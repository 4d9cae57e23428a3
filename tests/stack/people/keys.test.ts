import { rotatedSecrets } from "../../../blueprint/rotations";
import { fingerprintOf, parsePublicKey, type AdminKey } from "../../../blueprint/sshKeys";
import { makePair } from "../../../provider/keys/makePair";
import { keysMeant, owners } from "../../../stack/people/keys";
import { possessions } from "../../../stack/people/possessions";

function key(comment: string, more: Partial<AdminKey> = {}): AdminKey {
  const [type = "", body = ""] = makePair().public.split(" ");
  return { type, body, comment, ...more };
}

const ana = key("ana@laptop", { name: "ana" });
const stick = key("", { name: "ana" });
const bob = key("bob@laptop");
const eve = key("eve@laptop", { name: "eve" });
const admin = { sshKeys: [ana, stick, bob], revokedKeys: [eve], allowFrom: [] };

test("a person's keys, by name, comment, fingerprint or text; revoked ones too", () => {
  expect(keysMeant(admin, "ana")).toEqual([ana, stick]);
  expect(keysMeant(admin, "ana@laptop")).toEqual([ana]);
  expect(keysMeant(admin, fingerprintOf(stick))).toEqual([stick]);
  expect(keysMeant(admin, `${bob.type} ${bob.body} another@comment`)).toEqual([bob]);
  expect(keysMeant(admin, "eve")).toEqual([eve]);
});

test("a key that no settings name, by its whole text only", () => {
  const text = `${makePair().public.split(" ").slice(0, 2).join(" ")} old`;
  expect(keysMeant(admin, text)).toEqual([parsePublicKey(text)]);
  expect(() => keysMeant(admin, "SHA256:nothing")).toThrow(/is called "SHA256:nothing".*ana \(SHA256:.*bob@laptop/);
  expect(() => keysMeant(admin, "ssh-ed25519 AAAA cut")).toThrow("cut or damaged");
});

test("fingerprints are those of ssh-keygen", () => {
  const known = parsePublicKey(
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEA3EWj7wTrDIGUMG9jCnq+CpYzdksM/Sm1Ds2FxS6k5 somebody@example.org",
  );
  expect("body" in known && fingerprintOf(known)).toBe("SHA256:zuvCywuRk8W2lqf3nFL2+f6hDdy3/xMO149dKYA3E+M");
});

test("people by fingerprint, and which of them were revoked", () => {
  expect(owners(admin).get(fingerprintOf(bob))).toBe("bob@laptop");
  expect(owners(admin).get(fingerprintOf(eve))).toBe("eve (revoked)");
});

test("what else a person had follows from the settings", () => {
  const had = (sections: Parameters<typeof possessions>[1]) => possessions("prod", sections).map(({ what }) => what);
  const ofBackups = ["the key to the backup storage", "the passphrase of the backups (`holdfast backup key`)"];
  expect(had({})).not.toEqual(expect.arrayContaining(ofBackups));
  expect(had({ backup: {} as never, database: {} as never })).toEqual(
    expect.arrayContaining([...ofBackups, "the database's password"]),
  );
});

test("each command that is named for a possession is one that there is", () => {
  const sections = { backup: {}, database: {}, releases: { store: "backup-storage" }, loadBalancer: { machines: 2 } };
  const todos = possessions("prod", sections as never).map(({ todo }) => todo);
  const named = todos.flatMap((todo) => /npx holdfast rotate (\S+) --stack prod/.exec(todo)?.[1] ?? []);
  expect([...named].sort()).toEqual([...rotatedSecrets].sort());
  const elsewhere = possessions("prod", { releases: { store: "s3://shop@eu.example" } } as never);
  expect(elsewhere.find(({ what }) => what.includes("releases"))?.todo).toContain("at the store's provider");
});
