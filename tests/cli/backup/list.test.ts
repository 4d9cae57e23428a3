import { describeListing, type Listing } from "../../../cli/backup/list";

const listing: Listing = {
  version: 1,
  updated: "2026-11-24T03:00:00+00:00",
  problem: null,
  lastArchived: "2026-11-24T10:00:00+00:00",
  backups: [
    {
      label: "20261115-010000F",
      kind: "full",
      repository: 1,
      finished: "2026-11-15T01:10:00+00:00",
      size: 2 * 1024 ** 3,
      stored: 700 * 1024 ** 2,
      ours: false,
      damaged: false,
    },
    {
      label: "20261122-010000F",
      kind: "full",
      repository: 1,
      finished: "2026-11-22T01:10:00+00:00",
      size: 2 * 1024 ** 3,
      stored: 700 * 1024 ** 2,
      ours: true,
      damaged: true,
    },
  ],
  reachable: true,
  reason: "",
  restorableUntil: "2026-11-24T10:00:00+00:00",
  proof: null,
  kept: ["/srv/database/17/main.before-x"],
};

test("backups with what is special about each, and from when to when a restore is possible", () => {
  const text = describeListing(listing);
  expect(text).toMatch(
    /20261115-010000F +full +2026-11-15 01:10:00 UTC.* 2\.0 GiB +700\.0 MiB +of an earlier database/,
  );
  expect(text).toMatch(/20261122-010000F .*DAMAGED/);
  // Not from the backup of the earlier database on.
  expect(text).toMatch(/any moment from 2026-11-22 01:10:00 UTC.* to 2026-11-24 10:00:00 UTC.* can be restored/);
  expect(text).toContain("main.before-x");
});

test("a proof, a failed proof and none are told apart", () => {
  const proof = {
    version: 1,
    finished: "2026-11-22T04:10:00+00:00",
    ok: true,
    reason: null,
    backup: "20261122-010000F",
    backupFinished: "2026-11-22T01:10:00+00:00",
    ageSeconds: 10_800,
    bytes: 2 * 1024 ** 3,
    seconds: 120,
    restoreSeconds: 75,
    tables: 4,
    rows: 1_000_000,
  } as const;
  expect(describeListing(listing)).toContain("no backup has been proven");
  expect(describeListing({ ...listing, proof })).toMatch(
    /proven by a restore: 20261122-010000F.*1000000 rows in 4 tables/,
  );
  expect(describeListing({ ...listing, proof: { ...proof, ok: false, reason: "no room" } })).toMatch(
    /NOT proven.*no room/,
  );
});

test("storage that is away is said first, with what was known before", () => {
  const text = describeListing({ ...listing, reachable: false, reason: "Connection refused", restorableUntil: null });
  expect(text.split("\n")[0]).toBe(
    "the backup storage cannot be reached (Connection refused); as of 2026-11-24T03:00:00+00:00:",
  );
  expect(text).toContain("20261122-010000F");
});

test("no backup at all says how to make one", () => {
  expect(describeListing({ ...listing, backups: [] })).toContain("npx holdfast backup now");
});
