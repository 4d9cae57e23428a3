import type { BackupsFile, Proof, ProofFile } from "../../roles/database/backup/results";

/** One of the places that a stack's backups are in. */
export interface BackupPlace {
  /** As pgBackRest counts. */
  readonly repository: number;
  /** e.g. ` in the bucket`; empty where there is only one. */
  readonly where: string;
}

/** All places that are configured; where nobody has written them down yet, those that have backups, and the first at least. */
export function placesOf({ repositories, backups }: BackupsFile): BackupPlace[] {
  const numbers = repositories ?? [...new Set([1, ...backups.map(({ repository }) => repository)])].sort();
  return numbers.map((repository) => ({ repository, where: numbers.length > 1 ? whereIs(repository) : "" }));
}

/** The Storage Box always is the first. */
export function whereIs(repository: number): string {
  return repository === 1 ? " on the Storage Box" : " in the bucket";
}

/** The last proof of each place; before them one that failed before it had chosen a backup. */
export function proofsOf(file: ProofFile): readonly Proof[] {
  const { repositories = [] } = file;
  return repositories.length === 0 || file.backup === null ? [file, ...repositories] : repositories;
}
