import type { Report } from "../report";
import type { StepUp } from "../stepsUp";
import { linesOf } from "./entries";
import { partText, priceNote, totalText } from "./prices";
import { nextText, stepPrice, stepTexts, stepTitle } from "./stepsUp";
import { beside, wrap } from "./wrap";

const width = 80;
const layout = { indent: 2, column: 12, width };
const below = { indent: 14, column: 2, width };

/** The report for a terminal of 80 columns. */
export function renderTerminal(report: Report, stepsUp: readonly StepUp[]): string {
  return [
    `Stack ${report.stack}, ${report.location}: what can fail, what happens then, at what price`,
    "",
    ...overview(report),
    "",
    ...report.failures.map(({ title, service }) => `  ${spread(title, service, width - 2)}`),
    ...report.failures.flatMap((entry) => [
      "",
      spread(entry.title, entry.service),
      ...linesOf(entry).flatMap(({ label, text, parts = [], items = [] }) => [
        ...beside(label, text, layout),
        ...parts.flatMap((part, index) => beside(index === 0 ? "=" : "+", part, below)),
        ...items.flatMap((item) => beside("-", item, below)),
      ]),
    ]),
    "",
    "Single points of failure",
    ...report.singlePoints.flatMap(({ what, because }) => hanging(`${what}: ${because}`)),
    "",
    "Where the app's data is",
    ...wrap(report.data, width - 2).map((line) => `  ${line}`),
    "",
    "Price per month",
    ...prices(report),
    "",
    "Steps up",
    ...stepsUp.flatMap(step),
    ...wrap(nextText(stepsUp), width - 2).map((line) => `  ${line}`),
    "",
  ].join("\n");
}

function overview({ address, failures, singlePoints, price }: Report): string[] {
  const by = (service: string) => failures.filter((entry) => entry.service === service).length;
  return wrap(
    `Of ${failures.length} failures the service goes on through ${by("goes on")}, stops and comes back in ${by("stops and comes back")}, and stops in ${by("stops")}. Single points of failure: ${singlePoints.length}. Price: ${totalText(price)} a month. Visitors come by ${address.what}.`,
    width,
  );
}

function prices({ price }: Report): string[] {
  return [
    ...price.parts.map(({ what, cents }) => `  ${spread(what, partText(cents, price.currency), width - 2)}`),
    `  ${spread("Sum", totalText(price), width - 2)}`,
    ...wrap(priceNote(price), width - 2).map((line) => `  ${line}`),
  ];
}

function step(one: StepUp): string[] {
  const right = one.refused === undefined ? stepPrice(one) : "not possible";
  return [`  ${spread(stepTitle(one), right, width - 2)}`, ...stepTexts(one).flatMap((text) => hanging(text, 4))];
}

/** One text at the left edge, one at the right. */
function spread(left: string, right: string, columns = width): string {
  return `${left.padEnd(Math.max(left.length + 2, columns - right.length))}${right}`;
}

function hanging(text: string, indent = 2): string[] {
  return beside("-", text, { indent, column: 2, width });
}
