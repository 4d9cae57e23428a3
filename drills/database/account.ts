import type { WriterResult } from "../load/writers";

/** The writers' answers, compared with the rows in the database. Each line that was sent is in exactly one class. */
export interface Account {
  /** Acknowledged and there. */
  readonly ok: number;
  /** Acknowledged and not there: must never happen. */
  readonly lost: number;
  /** There, although nobody sent it or the app refused it. */
  readonly unexpected: number;
  /** Sent without an answer, and there. */
  readonly recovered: number;
  /** Sent without an answer, and not there. Never counted as ok. */
  readonly unknown: number;
  /** Refused by the app, and not there. */
  readonly refused: number;
}

/** What an account reads of a result. */
type Answers = Pick<WriterResult, "run" | "acknowledged" | "unknown" | "refused">;

/** @param there ids of this run's lines, as found in the database */
export function account(result: Answers, there: readonly string[]): Account {
  const found = new Set(there);
  const has = (number: number) => found.has(idOf(result, number));
  const count = (numbers: readonly number[], wanted: boolean) => numbers.filter((one) => has(one) === wanted).length;
  const mayBeThere = new Set([...result.acknowledged, ...result.unknown].map((number) => idOf(result, number)));
  return {
    ok: count(result.acknowledged, true),
    lost: count(result.acknowledged, false),
    unexpected: [...found].filter((id) => !mayBeThere.has(id)).length,
    recovered: count(result.unknown, true),
    unknown: count(result.unknown, false),
    refused: count(result.refused, false),
  };
}

/** The account of a database that was put back to a moment. */
export interface AccountAt extends Account {
  /** Sent after the moment, and there: must never happen. */
  readonly extra: number;
  /** Sent after the moment, and not there, as intended. */
  readonly undone: number;
}

/**
 * Compares what is there with what was acknowledged at a moment. A line that was on its way at that moment may be there
 * or not.
 *
 * @param rate lines per second, as they were written
 * @param moment milliseconds since 1970, by the clock of the computer that wrote
 */
export function accountAt(result: WriterResult, rate: number, moment: number, there: readonly string[]): AccountAt {
  const limit = (moment - result.begun) / 1000;
  const sentBefore = (number: number) => number / rate <= limit;
  const known = new Set(result.acknowledged.filter((_, index) => (result.acknowledgedAt[index] ?? Infinity) <= limit));
  const later = result.acknowledged.filter((number) => !known.has(number));
  const after = Array.from({ length: result.sent }, (_, number) => number).filter((number) => !sentBefore(number));
  const afterIds = new Set(after.map((number) => idOf(result, number)));
  const early = {
    run: result.run,
    acknowledged: [...known],
    unknown: [...result.unknown, ...later].filter(sentBefore),
    refused: result.refused.filter(sentBefore),
  };
  const extra = there.filter((id) => afterIds.has(id)).length;
  const rest = there.filter((id) => !afterIds.has(id));
  return { ...account(early, rest), extra, undone: after.length - extra };
}

/** Lines that were acknowledged and are not there, with the second in which that was acknowledged. */
export function lostLines(result: WriterResult, there: readonly string[]): { readonly at: number }[] {
  const found = new Set(there);
  return result.acknowledged.flatMap((number, index) =>
    found.has(idOf(result, number)) ? [] : [{ at: result.acknowledgedAt[index] ?? 0 }],
  );
}

function idOf({ run }: Pick<WriterResult, "run">, number: number): string {
  return `${run}-${number}`;
}
