import { table } from "../../lib/terminal/table";
import { showMoment } from "../database/moment";
import { size } from "../database/plan";
import type { BoxSnapshot, OutsideView } from "./look";
import type { StoredRepository } from "./repository";

/** `holdfast backup list --outside`, in words. */
export function describeOutside({ repositories, snapshots, problems, notes }: OutsideView): string {
  return [
    ...repositories.map(describeRepository),
    ...(snapshots ? [describeSnapshots(snapshots)] : []),
    [
      "not known from here: whether the files are undamaged, and which moments can be restored (`npx holdfast backup list`, `verify` and `prove` ask the database machine)",
      ...notes.map((text) => `note: ${text}`),
      ...problems.map((text) => `PROBLEM: ${text}`),
    ].join("\n"),
  ].join("\n\n");
}

function describeRepository({ place, backups, newestWal }: StoredRepository): string {
  const rows = backups.map(({ label, kind, time, size: whole, stored, hasFiles }) => [
    label,
    kind,
    moment(time),
    whole === undefined ? "?" : size(whole),
    stored === undefined ? "?" : size(stored),
    hasFiles ? "" : "its files are missing",
  ]);
  return [
    `${place}:`,
    rows.length === 0 ? "no backup" : table(["BACKUP", "KIND", "TIME", "DATABASE", "STORED", ""], rows),
    newestWal ? `newest WAL: ${newestWal.segment}, ${moment(newestWal.time)}` : "no WAL",
  ].join("\n");
}

function describeSnapshots(snapshots: readonly BoxSnapshot[]): string {
  const rows = snapshots.map(({ name, created, is_automatic: automatic, stats }) => [
    name,
    showMoment(new Date(created)),
    automatic ? "by the plan" : "by hand",
    stats.size === 0 ? "?" : size(stats.size),
  ]);
  return rows.length === 0
    ? "snapshots of the Storage Box: none"
    : `snapshots of the Storage Box:\n${table(["SNAPSHOT", "MADE", "", "SIZE"], rows)}`;
}

function moment(seconds: number): string {
  return showMoment(new Date(seconds * 1000));
}
