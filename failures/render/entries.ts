import { describeDuration, describeParts, formatSeconds, status } from "../figures";
import { roundTime } from "../rendered/time";
import type { Measurement } from "../measured";
import type { FailureEntry } from "../report";

/** One line of a failure's description: the same words in every rendering. */
export interface Line {
  readonly label: string;
  readonly text: string;
  /** What the text is the sum of. */
  readonly parts?: readonly string[];
}

/** What happens in one failure, label by label. */
export function linesOf(entry: FailureEntry): Line[] {
  const { back, contradicted, left, measured, time, visitors } = entry;
  return [
    { label: "Takes over", text: entry.takesOver },
    ...(left ? [{ label: "Left", text: `${left.number} of ${left.of} ${left.what}` }] : []),
    ...(time ? [timeLine("Time", time, measured.length > 0)] : []),
    ...measured.map((measurement) => ({ label: "Measured", text: measurementText(measurement) })),
    ...contradicted.map((text) => ({ label: "But", text })),
    ...(back ? [timeLine("Way back", back, false)] : []),
    ...(visitors.safe === visitors.unsafe
      ? [{ label: "Visitors", text: visitors.safe }]
      : [
          { label: "GET, HEAD", text: visitors.safe },
          { label: "POST etc.", text: visitors.unsafe },
        ]),
    { label: "Data lost", text: entry.data },
    { label: "You", text: entry.person },
  ];
}

function timeLine(label: string, { duration, until }: NonNullable<FailureEntry["time"]>, measured: boolean): Line {
  const sure = [status(duration), ...(measured ? [] : ["not measured"])].join(", ");
  return { label, text: `${capital(until)}: ${describeDuration(duration)} (${sure})`, parts: describeParts(duration) };
}

/** e.g. `longest time without an answer: median 0.4 s, worst 0.9 s (n = 20, 2026-11-24, local cloud)` */
function measurementText({ figure, unit, median, worst, n, date, cloud }: Measurement): string {
  const amount = (value: number) => (unit === "s" ? formatSeconds(value) : String(roundTime(value)));
  return `${figure}: median ${amount(median)}, worst ${amount(worst)} (n = ${n}, ${date}, ${cloud})`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
