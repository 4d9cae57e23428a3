import { describeDuration, describeParts, formatSeconds, roundTime, status } from "../figures";
import type { Measurement } from "../measured";
import type { FailureEntry } from "../report";
import { capital } from "../../lib/text";

/** One line of a failure's description: the same words in every rendering. */
export interface Line {
  readonly label: string;
  readonly text: string;
  /** What the text is the sum of. */
  readonly parts?: readonly string[];
  /** What the text is the heading of. */
  readonly items?: readonly string[];
}

/** What happens in one failure, label by label. */
export function linesOf(entry: FailureEntry): Line[] {
  const { back, contradicted, left, measured, time, visitors } = entry;
  return [
    { label: "Takes over", text: entry.takesOver },
    ...(left ? [{ label: "Left", text: `${left.number} of ${left.of} ${left.what}` }] : []),
    ...(time ? [timeLine("Time", time, measured.length > 0)] : []),
    ...byDrill(measured).map(measuredLine),
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

/** One failure may have several drills, each with figures of its own. */
function byDrill(measured: readonly Measurement[]): readonly (readonly [Measurement, ...Measurement[]])[] {
  const groups = new Map<string, [Measurement, ...Measurement[]]>();
  for (const one of measured) {
    const group = groups.get(one.drill);
    if (group) group.push(one);
    else groups.set(one.drill, [one]);
  }
  return [...groups.values()];
}

/** e.g. `by the drill kill-haproxy (n = 10, 2026-11-24, local cloud)`, and below it every figure. */
function measuredLine([first, ...more]: readonly [Measurement, ...Measurement[]]): Line {
  const { drill, n, date, cloud } = first;
  return {
    label: "Measured",
    text: `by the drill ${drill} (n = ${n}, ${date}, ${cloud})`,
    items: [first, ...more].map(measurementText),
  };
}

/** e.g. `longest time without an answer: median 0.4 s, worst 0.9 s`, `GETs that failed: 0` */
function measurementText({ figure, unit, median, worst }: Measurement): string {
  const amount = (value: number) => (unit === "s" ? formatSeconds(value) : String(roundTime(value)));
  return `${figure}: ${median === worst ? amount(worst) : `median ${amount(median)}, worst ${amount(worst)}`}`;
}
