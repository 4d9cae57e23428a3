import { settingsWith } from "../blueprint/source";
import { environmentOf, isSecret, one, type Seen, unencrypted, valueOf } from "./mocks";

const account = "hcloud:index/storageBoxSubaccount:StorageBoxSubaccount";
const hostKey = "holdfast:keys:HostKey";

async function environment(stack: string, storage: object = {}) {
  const { environment: made, seen } = await environmentOf(
    settingsWith(
      {
        "holdfast:database": {},
        "holdfast:backup": { storage },
        "holdfast:releases": { store: "backup-storage" },
      },
      stack,
    ),
  );
  return { seen, access: made.releaseStore && (await valueOf(made.releaseStore)) };
}

test("releases get an account of their own on the box of the backups, which sees its own folder", async () => {
  const { seen, access } = await environment("prod");
  const { inputs, options } = one(seen, account, "releases");
  const box = one(seen, "hcloud:index/storageBox:StorageBox", "backup");
  expect(inputs).toMatchObject({ homeDirectory: "releases", storageBoxId: expect.any(Number) as number });
  expect(inputs.accessSettings).toMatchObject({ sshEnabled: true, sambaEnabled: false, webdavEnabled: false });
  expect(inputs.labels).toEqual({ stack: "prod", role: "releases" });
  expect(options.protect).toBe(true);
  expect(box.inputs.sshKeys).toHaveLength(1);
  expect(access).toEqual({
    store: "sftp://u100001-sub1@u100001-sub1.your-storagebox.de:23",
    secretKey: "p".repeat(40),
    hostKey: "ssh-ed25519 AAAA shown",
  });
});

test("its password is in no state unencrypted", async () => {
  const { seen } = await environment("prod");
  expect(isSecret(one(seen, account, "releases").inputs.password)).toBe(true);
  expect(unencrypted(seen)).not.toContain("p".repeat(40));
});

test("the host key that the settings say is not asked for", async () => {
  const { seen, access } = await environment("prod", { hostKey: "ssh-ed25519 AAAAC3Nza" });
  expect(seen.filter(({ type }) => type === hostKey)).toEqual([]);
  expect(access?.hostKey).toBe("ssh-ed25519 AAAAC3Nza");
});

test("a stack that keeps its releases elsewhere has no such account", async () => {
  const { seen, environment: made } = await environmentOf(
    settingsWith({ "holdfast:database": {}, "holdfast:backup": {} }),
  );
  expect(seen.filter(({ type }: Seen) => type === account)).toEqual([]);
  expect(made.releaseStore).toBeUndefined();
});
