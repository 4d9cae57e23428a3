import type { BackupsFile, Proof, ProofFile } from "../../roles/database/backup/results";

/** One of the places that a stack's backups are in. */
export interface BackupPlace {
  /** As pgBackRest counts. */
  readonly repository: number;
  /** e.g. ` in the bucket`; empty where there is only one. */
  readonly where: string;
}

/**
 * All configured places. If the machine has not written them down yet: those that have backups, at least the first
 * one.
 */
export function placesOf({ repositories, backups }: BackupsFile): BackupPlace[] {
  const numbers = repositories ?? [...new Set([1, ...backups.map(({ repository }) => repository)])].sort();
  return numbers.map((repository) => ({ repository, where: numbers.length > 1 ? whereIs(repository) : "" }));
}

/** The Storage Box always is the first. */
export function whereIs(repository: number): string {
  return repository === 1 ? " on the Storage Box" : " in the bucket";
}

/** The last proof of each place. A proof that failed before it chose a backup comes first. */
export function proofsOf(file: ProofFile): readonly Proof[] {
  return file.repositories.length === 0 || file.backup === null ? [file, ...file.repositories] : file.repositories;
}
