import * as pulumi from "@pulumi/pulumi";
import type { Steps } from "../../blueprint/rotations";
import { stepsOfUpdate } from "../../components/rotations";
import { appPaths } from "../../roles/app/paths";
import { backupPaths } from "../../roles/database/backup/paths";
import { databasePaths } from "../../roles/database/paths";
import { poolPaths } from "../../roles/database/pool/paths";
import { settingsWith } from "../blueprint/source";
import { all, drawn, environmentOf, one, revealed, type Seen, waitsFor } from "./mocks";

const configuration = "holdfast:machine:Configuration";
const password = "random:index/randomPassword:RandomPassword";
const keyPair = "holdfast:keys:KeyPair";
const authorities = "holdfast:certificates:ServerCertificate";
const value = drawn[password]?.result ?? "";

async function seenAt(steps: Steps): Promise<readonly Seen[]> {
  const settings = settingsWith({
    "holdfast:app": { release: "./examples/guestbook", machines: 1 },
    "holdfast:database": { machines: 1, volumeSize: 20, pool: true },
    "holdfast:backup": {},
    "holdfast:releases": { store: "backup-storage" },
    "holdfast:protect": true,
  });
  return (await environmentOf(settings, steps)).seen;
}

function fileOf(seen: readonly Seen[], machine: string, path: string): string | undefined {
  const files = revealed<Record<string, { content: unknown } | undefined>>(
    one(seen, configuration, machine).inputs.files,
  );
  return files[path] && revealed<string>(files[path].content);
}

const names = (seen: readonly Seen[], type: string) => all(seen, type).map(({ name }) => name);

test("a stack that never rotated anything has its resources by their first names, and nothing else", async () => {
  const seen = await seenAt({});
  expect(names(seen, "holdfast:keys:Rotation")).toEqual([]);
  expect(names(seen, "holdfast:keys:AuthorizedKeys")).toEqual([]);
  expect(names(seen, password)).toEqual(["backup", "database", "releases", "repository"]);
  expect(names(seen, keyPair)).toEqual(["backup"]);
});

test("the database's password: instances use a second login while their own gets it", async () => {
  const [over, back, after] = [
    await seenAt({ database: 1 }),
    await seenAt({ database: 2 }),
    await seenAt({ database: 3 }),
  ];
  const login = (seen: readonly Seen[]) =>
    /postgresql:\/\/(\w+):/.exec(fileOf(seen, "app-1", appPaths.databaseEnvironment) ?? "")?.[1];
  expect([over, back, after].map(login)).toEqual(["app_b", "app", "app"]);
  const passwords = (seen: readonly Seen[]) => fileOf(seen, "database", databasePaths.password);
  expect([over, back, after].map(passwords)).toEqual([`${value}\n${value}\n`, `${value}\n${value}\n`, `${value}\n`]);
  expect(
    [over, back, after].map((seen) => names(seen, password).filter((name) => name.startsWith("database"))),
  ).toEqual([["database", "database-1"], ["database", "database-1"], ["database-1"]]);
  for (const seen of [over, back]) {
    const users = fileOf(seen, "database-pool", poolPaths.users);
    expect(users).toContain('"app" ');
    expect(users).toContain('"app_b" ');
  }
  expect(fileOf(after, "database-pool", poolPaths.users)).not.toContain("app_b");
  expect(await waitsFor(one(over, password, "database-1"))).toEqual(["database"]);
});

test("the authority: instances trust both while the database shows the old one", async () => {
  const between = await seenAt({ ca: 1 });
  expect(names(between, authorities)).toEqual(["database", "database-1"]);
  expect(fileOf(between, "app-1", appPaths.databaseAuthority)).toBe("AUTHORITY\nAUTHORITY\n");
  const after = await seenAt({ ca: 2 });
  expect(names(after, authorities)).toEqual(["database-1"]);
  expect(fileOf(after, "app-1", appPaths.databaseAuthority)).toBe("AUTHORITY\n");
});

test("the backups' key: the storage lets both in, then the new one; what goes is not protected any more", async () => {
  const between = await seenAt({ storage: 1 });
  expect(all(between, keyPair).map(({ name, options }) => [name, options.protect])).toEqual([
    ["backup", false],
    ["backup-1", true],
  ]);
  expect(one(between, "holdfast:keys:AuthorizedKeys", "backup").inputs.publicKeys).toHaveLength(2);
  expect(names(between, password)).toContain("backup-1");
  expect(names(between, password)).not.toContain("backup");
  const after = await seenAt({ storage: 2 });
  expect(one(after, "holdfast:keys:AuthorizedKeys", "backup").inputs.publicKeys).toHaveLength(1);
  expect(all(after, keyPair).map(({ name, options }) => [name, options.protect])).toEqual([["backup-1", true]]);
});

test("the backups' passphrase: the machine knows both before it uses the new one, and until after it", async () => {
  for (const [step, known, stored] of [
    [0, undefined, ["repository"]],
    [1, `${value}\n${value}\n`, ["repository", "repository-1"]],
    [2, `${value}\n${value}\n`, ["repository", "repository-1"]],
    [3, undefined, ["repository-1"]],
  ] as const) {
    const seen = await seenAt(step === 0 ? {} : { "backup-passphrase": step });
    expect([step, fileOf(seen, "database", backupPaths.passphrases)]).toEqual([step, known]);
    expect(names(seen, password).filter((name) => name.startsWith("repository"))).toEqual(stored);
    const units = one(seen, configuration, "database").inputs.units as readonly { readonly name: string }[];
    expect(units.some(({ name }) => name.includes("passphrase"))).toBe(known !== undefined);
  }
});

test("the releases' password changes at once", async () => {
  expect(names(await seenAt({ releases: 1 }), password)).toContain("releases-1");
});

test("a state that the engine is writing is read again", async () => {
  let asked = 0;
  const outputs = {
    "urn:pulumi:prod::holdfast::holdfast:keys:Rotation::database": {
      type: "holdfast:keys:Rotation",
      outputs: { step: 2 },
    },
    "urn:pulumi:prod::holdfast::pulumi:pulumi:Stack::holdfast-prod": {
      type: "pulumi:pulumi:Stack",
      outputs: { rotations: { database: 2 } },
    },
  };
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => ({ id: name, state: inputs as Record<string, unknown> }),
      call: () => {
        asked += 1;
        if (asked < 3) throw new Error("failed to load checkpoint: EOF");
        return { outputs };
      },
    },
    "holdfast",
    "prod",
    false,
    "team",
  );
  expect(await stepsOfUpdate()).toMatchObject({ database: 2 });
  expect(asked).toBe(3);
});
