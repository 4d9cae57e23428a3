import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parsePublicKey, type AdminKey } from "../../blueprint/sshKeys";
import { makePair } from "../../provider/keys/makePair";
import { authorizedKeys, refuseRevoked, revokedKeysPath } from "../../roles/base/authorizedKeys";
import { testFolder } from "../support/folder";

const folder = testFolder();

function key(more: Partial<AdminKey> = {}): AdminKey {
  const parsed = parsePublicKey(`${makePair().public.split(" ").slice(0, 2).join(" ")} somebody@example.org`);
  if ("wrong" in parsed) throw new Error(parsed.wrong);
  return { ...parsed, ...more };
}

test("a plain key is its own line, as every version wrote it", () => {
  const plain = key();
  expect(authorizedKeys([plain]).split("\n")[1]).toBe(`ssh-ed25519 ${plain.body} somebody@example.org`);
});

test("limits stand before the key, and its owner's name behind it; OpenSSH reads all of it", () => {
  const limited = key({ name: "Ana Maria", from: ["198.51.100.7", "2001:db8::/48"], expires: "2026-12-31" });
  const text = authorizedKeys([limited, key()]);
  expect(text).toContain(
    `from="198.51.100.7,2001:db8::/48,10.0.1.0/24",expiry-time="202701010000Z" ssh-ed25519 ${limited.body} Ana Maria\n`,
  );
  const file = join(folder, "authorized_keys");
  writeFileSync(file, text);
  const read = execFileSync("ssh-keygen", ["-l", "-f", file], { encoding: "utf8" }).trim().split("\n");
  expect(read).toHaveLength(2);
  expect(read[0]).toMatch(/Ana Maria \(ED25519\)$/);
});

describe("settings that are older than a revocation", () => {
  const [ana, bob] = [key({ name: "ana" }), key({ name: "bob" })];
  const revoked = join(folder, "revoked_keys");
  const candidate = join(folder, "candidate");
  const judge = (keys: readonly AdminKey[], list?: string) => {
    writeFileSync(candidate, authorizedKeys(keys));
    if (list !== undefined) writeFileSync(revoked, list);
    const command = refuseRevoked.replaceAll(revokedKeysPath, revoked).replaceAll("%s", candidate);
    return spawnSync("sh", ["-c", command], { encoding: "utf8" });
  };

  test("are taken where nothing was revoked, or nobody of the list", () => {
    expect(judge([ana, bob]).status).toBe(0);
    expect(judge([ana, bob], "").status).toBe(0);
    expect(judge([ana, bob], "# Written by Holdfast: change the settings\n").status).toBe(0);
    expect(judge([ana], `# Written by Holdfast\nssh-ed25519 ${bob.body} bob\n`).status).toBe(0);
  });

  test("are refused with the key that would come back", () => {
    const { status, stdout } = judge([ana, bob], `# Written by Holdfast\nssh-ed25519 ${bob.body} x\n`);
    expect(status).toBe(1);
    expect(stdout).toContain(`ssh-ed25519 ${bob.body} bob`);
    expect(stdout).not.toContain(ana.body);
    expect(stdout).toContain("Take them out of holdfast:admin.sshKeys");
  });
});
