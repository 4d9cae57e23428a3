import { describeDuration } from "../figures";
import type { FailureEntry, Report } from "../report";
import type { StepUp } from "../stepsUp";
import { linesOf } from "./entries";
import { renderMermaid } from "./mermaid";
import { partText, priceNote, totalText } from "./prices";
import { nextText, stepPrice, stepTexts, stepTitle } from "./stepsUp";
import { markdownTable } from "../../lib/text";

/** The report for a page of documentation or a pull request. */
export function renderMarkdown(report: Report, stepsUp: readonly StepUp[]): string {
  const { failures, picture, price, singlePoints, stack } = report;
  return [
    `# Failure report of stack ${escape(stack)}`,
    `Location ${report.location}; ${totalText(price)} a month by list price of ${price.recorded}. Visitors come by ${report.address.what}.`,
    ["```mermaid", renderMermaid(picture), "```"].join("\n"),
    "## What can fail",
    table(["failure", "service", "time", "takes over"], failures.map(row)),
    "## Single points of failure",
    list(singlePoints.map(({ what, because }) => `**${escape(what)}**: ${escape(because)}`)),
    "## Where the app's data is",
    escape(report.data),
    "## Price per month",
    table(
      ["part", "price"],
      [
        ...price.parts.map(({ what, cents }) => [what, partText(cents, price.currency)]),
        ["**sum**", `**${totalText(price)}**`],
      ],
    ),
    priceNote(price),
    "## Steps up",
    ...stepsUp.flatMap((step) => [
      `**${stepTitle(step)}** (${step.refused === undefined ? stepPrice(step) : "not possible"})`,
      list(stepTexts(step).map(escape)),
    ]),
    nextText(stepsUp),
    "## Each failure",
    ...failures.flatMap(details),
  ]
    .join("\n\n")
    .concat("\n");
}

function row({ title, service, time, takesOver }: FailureEntry): string[] {
  return [title, service, time ? `${time.until}: ${describeDuration(time.duration)}` : "", takesOver];
}

function details(entry: FailureEntry): string[] {
  const lines = linesOf(entry).map(({ label, text, parts = [], items = [] }) =>
    [`- **${label}**: ${escape(text)}`, ...[...parts, ...items].map((part) => `  - ${escape(part)}`)].join("\n"),
  );
  return [`### ${escape(entry.title)}`, lines.join("\n")];
}

/** A Markdown table without HTML in it. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return markdownTable(
    headings.map(escape),
    rows.map((cells) => cells.map(escape)),
  );
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}

/** Nothing in a text may become HTML; backticks mark code and stay. */
function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
