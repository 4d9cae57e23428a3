import { seconds } from "../../lib/terminal/progress";
import { showMoment } from "./moment";

/** What the database machine says a restore would do. */
export interface RestorePlan {
  readonly backup: string;
  readonly repository: number;
  /** ISO 8601 */
  readonly backupFinished: string;
  /** Of the database. */
  readonly bytes: number;
  /** The last measured duration; null: never measured. */
  readonly seconds: number | null;
  /** The present data, which the restore puts aside. */
  readonly present: string;
}

/** The plan as the question before the restore. */
export function describePlan(
  plan: RestorePlan,
  { from, into, target }: { readonly from: string; readonly into: string; readonly target: Date | undefined },
): string {
  const estimate =
    plan.seconds === null
      ? "its duration is not known yet (`npx holdfast backup prove` measures it)"
      : `the files take about ${seconds(plan.seconds)}, as last measured, and replaying WAL comes on top`;
  return [
    `Restore ${from === into ? `stack "${into}"` : `the database of "${from}" into stack "${into}"`} to ${target ? showMoment(target) : "the latest archived moment"}:`,
    `  backup ${plan.backup} of ${showMoment(new Date(plan.backupFinished))}, ${size(plan.bytes)}; ${estimate}`,
    `  replaced: ${plan.present}; it is kept on the volume until \`npx holdfast restore --forget\``,
    "  the app is stopped meanwhile, and started again by itself",
  ].join("\n");
}

/** e.g. `1.4 GiB` */
export function size(bytes: number): string {
  const units = [
    ["GiB", 1024 ** 3],
    ["MiB", 1024 ** 2],
    ["KiB", 1024],
  ] as const;
  const [unit, factor] = units.find(([, one]) => bytes >= one) ?? ["bytes", 1];
  return factor === 1 ? `${bytes} bytes` : `${(bytes / factor).toFixed(1)} ${unit}`;
}
