import type { BackupsFile, Proof, ProofFile } from "../../roles/database/backup/results";
import { showMoment } from "./moment";
import { size } from "./plan";
import { seconds } from "../../lib/terminal/progress";
import { table } from "../../lib/terminal/table";
import { placesOf, proofsOf, whereIs } from "./backupPlaces";

/** What the database machine knows about its backups. */
export interface Listing extends BackupsFile {
  readonly reachable: boolean;
  /** Why the storage is not reachable; empty otherwise. */
  readonly reason: string;
  readonly proof: ProofFile | null;
  /** Data directories that restores have put aside. */
  readonly kept: readonly string[];
}

/** `holdfast backup list`, in words. */
export function describeListing(listing: Listing): string {
  const { backups, proof, kept, reachable, reason, updated, problem } = listing;
  const several = placesOf(listing).length > 1;
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
              ...(several ? [whereIs(one.repository).trim()] : []),
              ...(one.ours ? [] : ["of an earlier database"]),
              ...(one.damaged ? ["DAMAGED since it was made"] : []),
            ].join(", "),
          ]),
        ),
    ...describeRestorable(listing),
    ...describeProofs(proof),
    ...(problem ? [`problem: ${problem}`] : []),
    ...kept.map((path) => `put aside by a restore: ${path} (\`npx holdfast restore --forget\` deletes it)`),
  ].join("\n");
}

/** One line for each span of moments that can be restored. */
function describeRestorable({ restorable = [], restorableUntil }: Listing): string[] {
  const show = (moment: string) => showMoment(new Date(moment));
  return restorable.flatMap(({ from, to }) => {
    const end = to ?? restorableUntil;
    if (!end) return [];
    const gap = to === null ? "" : "; the WAL after that is missing";
    return [`any moment from ${show(from)} to ${show(end)} can be restored${gap}`];
  });
}

function describeProofs(file: ProofFile | null): string[] {
  if (!file) return ["no backup has been proven by a restore yet: `npx holdfast backup prove` does it now"];
  return proofsOf(file).map(describeProof);
}

function describeProof({ ok, backup, reason, ...proof }: Proof): string {
  const when = showMoment(new Date(proof.finished));
  const where = proof.repository === 2 ? " in the bucket" : "";
  return ok
    ? `proven by a restore: ${backup}${where}, ${when}, ${proof.rows} rows in ${proof.tables} tables, restored in ${seconds(proof.restoreSeconds ?? 0)}`
    : `NOT proven${backup ? `: ${backup}${where}` : ""}, ${when}: ${reason}`;
}
