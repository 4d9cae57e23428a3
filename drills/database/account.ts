import type { WriterResult } from "../load/writers";

/** What the writers were told, held against what is there. Each line that was sent is in exactly one class. */
export interface Account {
  /** Acknowledged and there. */
  readonly ok: number;
  /** Acknowledged and not there: the one thing that must not be. */
  readonly lost: number;
  /** There, although nobody sent it or its writer was told no. */
  readonly unexpected: number;
  /** Nobody knew, and it is there. */
  readonly recovered: number;
  /** Nobody knew, and it is not there. Never counted as ok. */
  readonly unknown: number;
  /** The writer was told no, and it is not there. */
  readonly refused: number;
}

/** @param there ids of this run's lines, as found in the database */
export function account(result: WriterResult, there: readonly string[]): Account {
  const found = new Set(there);
  const has = (number: number) => found.has(`${result.run}-${number}`);
  const count = (numbers: readonly number[], wanted: boolean) => numbers.filter((one) => has(one) === wanted).length;
  const told = new Set([...result.acknowledged, ...result.unknown].map((number) => `${result.run}-${number}`));
  return {
    ok: count(result.acknowledged, true),
    lost: count(result.acknowledged, false),
    unexpected: [...found].filter((id) => !told.has(id)).length,
    recovered: count(result.unknown, true),
    unknown: count(result.unknown, false),
    refused: count(result.refused, false),
  };
}
