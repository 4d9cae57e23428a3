import type { BackupsFile, ProofFile } from "../../roles/database/backup/results";
import { showMoment } from "../restore/moment";
import { size } from "../restore/plan";
import { seconds } from "../terminal/progress";
import { table } from "../terminal/table";

/** What the database machine knows about its backups. */
export interface Listing extends BackupsFile {
  readonly reachable: boolean;
  /** Why the storage is not reachable; empty otherwise. */
  readonly reason: string;
  /** ISO 8601: the latest moment that can be restored. */
  readonly restorableUntil: string | null;
  readonly proof: ProofFile | null;
  /** Data directories that restores have put aside. */
  readonly kept: readonly string[];
}

/** `holdfast backup list`, in words. */
export function describeListing(listing: Listing): string {
  const { backups, proof, kept, reachable, reason, restorableUntil, updated, problem } = listing;
  const ours = backups.filter((one) => one.ours);
  const oldest = ours[0];
  return [
    ...(reachable ? [] : [`the backup storage cannot be reached (${reason}); as of ${updated ?? "never"}:`]),
    backups.length === 0
      ? "there is no backup yet: `npx holdfast backup now` makes one"
      : table(
          ["BACKUP", "KIND", "FINISHED", "DATABASE", "STORED", ""],
          backups.map((one) => [
            one.label,
            one.kind,
            showMoment(new Date(one.finished)),
            size(one.size),
            size(one.stored),
            [
              ...(one.repository === 2 ? ["in the bucket"] : []),
              ...(one.ours ? [] : ["of an earlier database"]),
              ...(one.damaged ? ["DAMAGED when it was made"] : []),
            ].join(", "),
          ]),
        ),
    ...(oldest && restorableUntil
      ? [
          `any moment from ${showMoment(new Date(oldest.finished))} to ${showMoment(new Date(restorableUntil))} can be restored`,
        ]
      : []),
    describeProof(proof),
    ...(problem ? [`problem: ${problem}`] : []),
    ...kept.map((path) => `put aside by a restore: ${path} (\`npx holdfast restore --forget\` deletes it)`),
  ].join("\n");
}

function describeProof(proof: ProofFile | null): string {
  if (!proof) return "no backup has been proven by a restore yet: `npx holdfast backup prove` does it now";
  const when = showMoment(new Date(proof.finished));
  return proof.ok
    ? `proven by a restore: ${proof.backup}, ${when}, ${proof.rows} rows in ${proof.tables} tables, restored in ${seconds(proof.restoreSeconds ?? 0)}`
    : `NOT proven, ${when}: ${proof.reason}`;
}
