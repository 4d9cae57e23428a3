import { describeListing, type Listing } from "../../../stack/database/backupList";

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
  restorable: [{ from: "2026-11-22T01:10:00+00:00", to: null }],
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
    repositories: [],
  } as const;
  expect(describeListing(listing)).toContain("no backup has been proven");
  expect(describeListing({ ...listing, proof })).toMatch(
    /proven by a restore: 20261122-010000F.*1000000 rows in 4 tables/,
  );
  expect(describeListing({ ...listing, proof: { ...proof, ok: false, reason: "no room" } })).toMatch(
    /NOT proven.*no room/,
  );
  const bucket = { ...proof, repository: 2, backup: "20261122-013000F" };
  const repositories = [{ ...proof, repository: 1 }, bucket];
  const twice = describeListing({ ...listing, proof: { ...proof, repositories } });
  expect(twice).toMatch(/restore: 20261122-010000F, .*\n.*restore: 20261122-013000F in the bucket, /);
  const away = { ...proof, ok: false, reason: "away", backup: null, repositories };
  expect(describeListing({ ...listing, proof: away }).match(/proven/gi)).toHaveLength(3);
});

test("where WAL is missing, nothing between is promised", () => {
  const [from, to, again] = ["2026-11-20T01:10:00+00:00", "2026-11-21T09:00:00+00:00", "2026-11-22T01:10:00+00:00"];
  const lines = (restorable: Listing["restorable"]) =>
    describeListing({ ...listing, restorable })
      .split("\n")
      .filter((line) => line.startsWith("any moment"));
  expect(
    lines([
      { from, to },
      { from: again, to: null },
    ]),
  ).toEqual([
    expect.stringMatching(/from 2026-11-20 01:10:00.* to 2026-11-21 09:00:00.*; the WAL after that is missing$/),
    expect.stringMatching(/from 2026-11-22 01:10:00.* to 2026-11-24 10:00:00.* can be restored$/),
  ]);
  expect(lines([{ from, to }])).toEqual([expect.stringMatching(/; the WAL after that is missing$/)]);
});

test("storage that is away is said first, with what was known before", () => {
  const text = describeListing({ ...listing, reachable: false, reason: "Connection refused" });
  expect(text.split("\n")[0]).toBe(
    "the backup storage cannot be reached (Connection refused); as of 2026-11-24T03:00:00+00:00:",
  );
  expect(text).toContain("20261122-010000F");
});

test("no backup at all says how to make one", () => {
  expect(describeListing({ ...listing, backups: [] })).toContain("npx holdfast backup now");
});
