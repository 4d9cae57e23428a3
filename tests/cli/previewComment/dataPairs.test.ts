import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { build } from "../../../release/build/build";
import { openStore } from "../../../release/store/open";
import { cacheDir } from "../../../toolchain/cacheDir";
import { hasPulumi } from "../../blueprint/pulumi";
import { app as release, testFolder } from "../../support/folder";
import { describeWhere } from "../../support/needs";
import { app, expectComment, type Pair, type Sections } from "./pair";

jest.setTimeout(300_000);

const root = testFolder();
const store = join(root, "releases");
const database = { database: { machines: 1 } };

/** Nobody answers there: a preview that asked for a release would fail. */
const shut = {
  releases: {
    store: "s3://releases",
    endpoint: "http://127.0.0.1:2",
    accessKey: { secure: "v1:aaaa" },
    secretKey: { secure: "v1:bbbb" },
  },
};

const runs = (version: string, more: Sections) => ({ ...app({ release: `shop@${version}` }), ...more });

const pairs: readonly Pair[] = [
  {
    title: "a release of a store that everybody may read: both builds, by version and checksum",
    before: runs("1.3.0", { releases: { store } }),
    after: runs("1.4.0", { releases: { store } }),
    says: [/app-1, app-2: shop 1\.3\.0 \([0-9a-f]{8}\) → shop 1\.4\.0 \([0-9a-f]{8}\)/, "(± 0.00 €)"],
    hides: ["was not looked up", "to replace", "⚠️"],
  },
  {
    title: "a release of a store without keys to it: as it is written, and said so",
    before: runs("1.3.0", shut),
    after: runs("1.4.0", shut),
    says: [
      "app-1, app-2: shop 1.3.0 → shop 1.4.0",
      "shop@1.3.0 was not looked up, since its store cannot be read from here",
      "shop@1.4.0 was not looked up",
    ],
    hides: ["No update is possible", "127.0.0.1:2", /shop 1\.[34]\.0 \(/],
  },
  {
    title: "another change of a stack with such a release: no word of a release that changes",
    before: runs("1.4.0", shut),
    after: runs("1.4.0", { ...shut, loadBalancer: { machines: 2, serverType: "cx23" } }),
    says: ["to create: machine load-balancer-2", "(+ 5.99 €)"],
    hides: ["No update is possible", "**Releases**"],
  },
  {
    title: "a release on the backup storage, whose way in is in no revision",
    before: runs("1.3.0", { ...database, backup: {}, releases: { store: "backup-storage" } }),
    after: runs("1.4.0", { ...database, backup: {}, releases: { store: "backup-storage" } }),
    says: ["shop 1.3.0 → shop 1.4.0", "shop@1.4.0 was not looked up"],
    hides: ["No update is possible", "is not there yet"],
  },
  {
    title: "backups of a database",
    before: database,
    after: { ...database, backup: {} },
    says: [
      "to create: backup storage",
      "to change: configuration of database:",
      /^- database-1 will .*restart postgresql@17-main\.service/m,
      "(+ 3.20 €)",
      /✅ .*is no longer a single point of failure/,
    ],
    hides: ["to replace", "to create: machine"],
  },
  {
    title: "the backups go",
    before: { ...database, backup: {} },
    after: database,
    says: [/⚠️ The backup storage [\w-]+ is deleted: with all backups in it\./, "(- 3.20 €)", "🔻"],
  },
  {
    title: "a pool of connections: instances are told another port",
    before: { database: { machines: 1, pool: false } },
    after: { database: { machines: 1, pool: true } },
    says: ["to create: configuration of database-pool", /app-1 will .*app@1\.service/, "(± 0.00 €)"],
    hides: ["to create: machine", "to replace", "⚠️"],
  },
  {
    title: "an app machine more: PostgreSQL learns of it without a restart",
    before: database,
    after: { ...database, ...app({ machines: 3 }) },
    says: ["to create: machine app-3", "database-1 will reload postgresql@17-main.service"],
    hides: [/restart postgresql/, "to replace", "⚠️"],
  },
  {
    title: "a larger database machine: it loses power, and the volume stays",
    before: { database: { machines: 1, serverType: "cx23" } },
    after: { database: { machines: 1, serverType: "cx33" } },
    says: [
      "The machine database-1 is powered off to change its type from cx23 to cx33",
      "to change: machine database-1: `serverType`",
    ],
    hides: ["to replace", /The volume .* is deleted/],
  },
];

describeWhere(hasPulumi)("the comment says of releases and data what a real preview says:", () => {
  const before = process.env.HOLDFAST_CACHE;
  beforeAll(async () => {
    // A cache of this test's own for releases; the toolchain is everybody's.
    mkdirSync(join(root, "cache"));
    symlinkSync(join(cacheDir(), "toolchain"), join(root, "cache/toolchain"));
    process.env.HOLDFAST_CACHE = join(root, "cache");
    for (const version of ["1.3.0", "1.4.0"]) {
      const folder = release(join(root, version), version, { "shop.py": `print("${version}")\n` });
      await build(folder, openStore({ kind: "folder", path: store }));
    }
  });
  afterAll(() => {
    if (before === undefined) delete process.env.HOLDFAST_CACHE;
    else process.env.HOLDFAST_CACHE = before;
  });

  test.each(pairs)("$title", expectComment);
});
