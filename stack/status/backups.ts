import { thresholds } from "../../alerts/thresholds";
import { placesOf, proofsOf, whereIs } from "../database/backupPlaces";
import { size } from "../database/plan";
import { ago } from "./figures";
import { forEachAnswer, type Rule } from "./facts";

const areMade = forEachAnswer(({ name, probe: { now, backups } }) => {
  if (!backups) return [];
  if (backups.problem) return [`${name}: backups do not work: ${backups.problem}`];
  return placesOf(backups).flatMap(({ repository, where }) => {
    const newest = backups.backups.filter((one) => one.ours && one.repository === repository).at(-1);
    if (!newest) return [`${name}: there is no backup${where} yet: \`npx holdfast backup now\``];
    const age = now - Date.parse(newest.finished) / 1000;
    return [
      ...(age > thresholds.backup ? [`${name}: the newest backup${where} is ${ago(age)} old`] : []),
      ...(newest.damaged ? [`${name}: the newest backup${where} (${newest.label}) has damaged pages`] : []),
    ];
  });
});

const areProven = forEachAnswer(({ name, probe: { now, proof, backups } }) => {
  if (!proof) return [];
  const fix = "`npx holdfast backup prove`";
  if (proof === "never") return [`${name}: no backup has ever been proven by a restore: ${fix}`];
  const places = backups ? placesOf(backups) : [];
  const proofs = proofsOf(proof);
  // A proof that failed before it had chosen a backup does not say where that was.
  const proven = new Set(proofs.map(({ repository }) => repository ?? 1));
  return [
    ...proofs.flatMap(({ ok, reason, finished, repository }) => {
      const where = places.length > 1 && repository ? whereIs(repository) : "";
      if (!ok) return [`${name}: the last proof of a backup${where} failed: ${reason ?? "no reason is known"}`];
      const age = now - Date.parse(finished) / 1000;
      const old = `${name}: the last proof of a backup${where} is ${ago(age)} old: ${fix}`;
      return age > thresholds.proof ? [old] : [];
    }),
    ...places
      .filter(({ repository }) => proof.ok && !proven.has(repository))
      .map(({ where }) => `${name}: no backup${where} has ever been proven by a restore: ${fix}`),
  ];
});

/** No backup was made since WAL was lost, so newer moments cannot be restored. */
const lead = forEachAnswer(({ name, probe: { backups } }) => {
  const last = backups?.restorable?.at(-1);
  // The alarm about backups that do not work includes this.
  return last && last.to !== null && !backups?.problem
    ? [`${name}: no moment after ${moment(last.to)} can be restored: \`npx holdfast backup now --full\``]
    : [];
});

const reaches = forEachAnswer(({ name, probe: { now, archiving, backups } }) => {
  if (!archiving || archiving.since === null || now - archiving.since < thresholds.archive) return [];
  const { waiting, since, queue, room } = archiving;
  const several = backups ? placesOf(backups).length > 1 : false;
  const left = Math.max(0, queue - waiting);
  const then =
    room < left
      ? `the volume has room for ${size(room)} more, then the app may only read: enlarge the volume (holdfast:database.volumeSize)`
      : `after ${size(left)} more it is dropped${several ? ", for both" : ""}`;
  // pgBackRest still sends to the place that answers, but counts what any place lacks.
  const whom = several ? "the Storage Box, the bucket or both" : "the backup storage";
  return [`${name}: ${size(waiting)} of WAL have waited for ${whom} for ${ago(now - since)}; ${then}`];
});

/** Gaps between moments that can be restored. */
const missing = forEachAnswer(({ name, probe: { backups } }) =>
  (backups?.restorable ?? []).flatMap(({ to }, index, all) => {
    const next = all[index + 1];
    return to !== null && next
      ? [`${name}: WAL is missing: no moment between ${moment(to)} and ${moment(next.from)} can be restored`]
      : [];
  }),
);

/** Shown early, so that there is time to enlarge the volume. */
const queueFits = forEachAnswer(({ name, probe: { archiving } }) =>
  archiving && archiving.room < archiving.queue - archiving.waiting
    ? [
        `${name}: if the backup storage fails, the app may only read after ${size(archiving.room)} of WAL: the volume has no room for the whole queue (${size(archiving.queue)})`,
      ]
    : [],
);

/** Alarms about backups, in the order of the screen. */
export const backupAlarms: readonly Rule[] = [areMade, lead, areProven, reaches];

/** Notices about backups. */
export const backupNotices: readonly Rule[] = [missing, queueFits];

/** To the minute, in UTC as the screen's first line. */
export function moment(iso: string): string {
  return `${new Date(iso).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
