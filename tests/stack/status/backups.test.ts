import type { Probe } from "../../../stack/status/probe";
import { statusText } from "../../../cli/status/text";
import { plain } from "../../../lib/terminal/colour";
import { app, day, hour, noon, statusWith } from "./fixture";

const newest = {
  label: "20261124-010000F",
  kind: "full",
  repository: 1,
  size: 1,
  stored: 1,
  ours: true,
  damaged: false,
} as const;
const iso = (seconds: number) => new Date(seconds * 1000).toISOString();
const backups = (age: number, more: object = {}) => ({
  version: 1 as const,
  updated: iso(noon),
  lastArchived: iso(noon),
  backups: [{ ...newest, finished: iso(noon - age), ...more }],
});
const proof = {
  version: 1,
  ok: true,
  reason: null,
  backup: null,
  backupFinished: null,
  ageSeconds: 1,
  bytes: 1,
  seconds: 48,
  restoreSeconds: 40,
  tables: 1,
  rows: 1,
  repositories: [],
} as const;
const statusOf = (more: Partial<Probe>) => statusWith({ "app-1": { probe: app(more) } });
const said = (more: Partial<Probe>) => statusOf(more).alarms;
const proven = { ...proof, backup: newest.label, finished: iso(noon - day) };

test("made yesterday and proven last week: no alarm", () => {
  expect(said({ backups: backups(20 * hour), proof: proven })).toEqual([]);
});

test.each([
  ["too old", { backups: backups(30 * hour), proof: proven }, "the newest backup is 30 h old"],
  ["none", { backups: { ...backups(0), backups: [] }, proof: proven }, "there is no backup yet"],
  ["of another database only", { backups: backups(0, { ours: false }), proof: proven }, "there is no backup yet"],
  ["damaged", { backups: backups(0, { damaged: true }), proof: proven }, "has damaged pages"],
  [
    "no way to the storage",
    { backups: { ...backups(0), problem: "no route" }, proof: proven },
    "do not work: no route",
  ],
  ["never proven", { backups: backups(0), proof: "never" as const }, "no backup has ever been proven by a restore"],
  ["a failed proof", { backups: backups(0), proof: { ...proven, ok: false, reason: "2 rows" } }, "failed: 2 rows"],
  ["an old proof", { backups: backups(0), proof: { ...proven, finished: iso(noon - 9 * day) } }, "is 9 days old"],
])("%s", (_, more, expected) => {
  expect(said(more)).toEqual([expect.stringContaining(expected) as string]);
});
describe("two places", () => {
  const both = {
    ...backups(hour),
    repositories: [1, 2],
    backups: [...backups(hour).backups, ...backups(2 * hour, { repository: 2, label: "20261124-013000F" }).backups],
  };
  const one = { ...proven, repository: 1 };
  const other = { ...proven, repository: 2 };

  test("each is judged for itself, and shown", () => {
    const status = statusOf({ backups: both, proof: { ...proven, repositories: [one, other] } });
    expect(status.alarms).toEqual([]);
    expect(statusText(status, plain)).toContain("Backup       newest in the bucket 2 h old (20261124-013000F), proven");
  });

  test.each([
    ["never proven", both, [one], "no backup in the bucket has ever been proven by a restore"],
    [
      "proven long ago",
      both,
      [{ ...one, finished: iso(noon - 9 * day) }, other],
      "a backup on the Storage Box is 9 days",
    ],
    ["not proven", both, [one, { ...other, ok: false, reason: "2 rows" }], "a backup in the bucket failed: 2 rows"],
    [
      "without a backup",
      { ...both, backups: both.backups.slice(0, 1) },
      [one, other],
      "is no backup in the bucket yet",
    ],
  ])("one that is %s", (_, made, repositories, expected) => {
    const worst = repositories.find(({ ok }) => !ok) ?? proven;
    expect(said({ backups: made, proof: { ...worst, version: 1, repositories } })).toEqual([
      expect.stringContaining(expected) as string,
    ]);
  });
});

describe("WAL that is missing", () => {
  const first = { from: iso(noon - 3 * day), to: iso(noon - 2 * day) };

  test("is told for as long as somebody might want a moment there", () => {
    const status = statusOf({
      backups: { ...backups(hour), restorable: [first, { from: iso(noon - day), to: null }] },
      proof: proven,
    });
    expect(status.alarms).toEqual([]);
    expect(status.notices).toEqual([
      "app-1: WAL is missing: no moment between 2026-11-22 12:00 UTC and 2026-11-23 12:00 UTC can be restored",
    ]);
    expect(statusText(status, plain)).toContain("Restore      to any moment since 2026-11-23 12:00 UTC");
  });

  test("is an alarm when no backup was made after it", () => {
    const broken = { ...backups(hour), restorable: [first] };
    expect(said({ backups: broken, proof: proven })).toEqual([
      expect.stringContaining("no moment after 2026-11-22 12:00 UTC can be restored") as string,
    ]);
    // The reason says it.
    expect(said({ backups: { ...broken, problem: "WAL was given up" }, proof: proven })).toHaveLength(1);
  });
});

describe("WAL that waits", () => {
  const MiB = 1024 ** 2;
  const archiving = { waiting: 160 * MiB, since: noon - 1200, queue: 2560 * MiB, room: 8000 * MiB };
  const waits = (more: object) =>
    statusOf({ backups: backups(hour), proof: proven, archiving: { ...archiving, ...more } });

  test("is nothing special for a quarter of an hour", () => {
    expect(waits({ since: noon - 600 })).toMatchObject({ alarms: [], notices: [] });
    expect(waits({ since: null, waiting: 0 })).toMatchObject({ alarms: [], notices: [] });
  });

  test("is told with what comes first: it is given up, or there is no room for it", () => {
    expect(waits({}).alarms).toEqual([
      "app-1: 160.0 MiB of WAL have waited for the backup storage for 20 min; after 2.3 GiB more it is dropped",
    ]);
    expect(waits({ room: 500 * MiB }).alarms).toEqual([
      expect.stringContaining("room for 500.0 MiB more, then the app may only read") as string,
    ]);
  });

  test("would have no room: worth knowing before", () => {
    const { alarms, notices } = waits({ since: null, waiting: 0, room: 2000 * MiB });
    expect(alarms).toEqual([]);
    expect(notices).toEqual([expect.stringContaining("no room for the whole queue (2.5 GiB)") as string]);
  });
});
