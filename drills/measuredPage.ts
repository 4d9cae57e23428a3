import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { drills } from ".";
import { CHECKOUT } from "../stack/checkout";
import { readResults, type RecordedResult } from "./frame/benchResult";
import { formatFigure, readDrillResults, type DrillResult, type JudgedClaim } from "./frame/result";
import { climb } from "./ladder/climb";

/** Writes docs/measured.md anew from all recorded runs; results of drills that no longer exist are left out. */
export function writeMeasuredPage(): void {
  const results = readDrillResults();
  const inOrder = [...drills, climb].flatMap(({ name }) => results.filter(({ drill }) => drill === name));
  writeFileSync(join(CHECKOUT, "docs/measured.md"), measuredPage(inOrder, readResults()));
}

/** docs/measured.md: every figure from a recorded run, none typed. */
export function measuredPage(results: readonly DrillResult[], benchmarks: readonly RecordedResult[]): string {
  return `${[
    "# Measured",
    "",
    "Written by `npx holdfast drill` and `make bench` from the files in `drills/results/` and `bench/results/`; edit nothing",
    "here. Each drill breaks a running stack on purpose while visitors come, and compares what they see with what we claim.",
    "How each is done stands in its file under `drills/`; what a rehearsal cannot show stands in [limits.md](limits.md).",
    "",
    ...(results.length > 0 ? table(results) : ["No drill yet."]),
    ...(benchmarks.length > 0 ? ["", "## Benchmarks", "", ...benchmarkTable(benchmarks)] : []),
  ].join("\n")}\n`;
}

function table(results: readonly DrillResult[]): string[] {
  const rows = results.flatMap((result) =>
    result.claims.map((claim, index) => {
      const head = index === 0 ? [result.title, result.date.slice(0, 10), result.environment] : ["", "", ""];
      return [
        ...head,
        String(claim.measured?.n ?? 0),
        claim.text,
        limits(claim),
        ...figures(claim),
        verdict(result, claim),
      ];
    }),
  );
  const titles = ["Fault", "Date", "Where", "n", "What", "Claim", "Median", "Worst", "Verdict"];
  return [
    ...markdownTable([titles, ...rows]),
    "",
    ...reasons(results),
    "## How",
    "",
    ...markdownTable([
      ["Fault", "What should happen", "Visitors", "API: assigning a floating IP takes", "Computer"],
      ...results.map((result) => [
        result.title,
        result.hypothesis,
        visitors(result),
        assigning(result),
        computer(result),
      ]),
    ]),
  ];
}

function benchmarkTable(benchmarks: readonly RecordedResult[]): string[] {
  const rows = benchmarks.flatMap(({ what, date, machine, measurements }) =>
    Object.entries(measurements).map(([name, { n, unit, median, worst }], index) => [
      ...(index === 0 ? [what, date.slice(0, 10), "local cloud", machine] : ["", "", "", ""]),
      name,
      String(n),
      formatFigure(median, unit),
      formatFigure(worst, unit),
    ]),
  );
  return markdownTable([
    ["Benchmark", "Date", "Where", "Computer, and its load", "What", "n", "Median", "Worst"],
    ...rows,
  ]);
}

function limits({ median, worst, least, unit }: JudgedClaim): string {
  const parts = [
    ...(least === undefined ? [] : [`≥ ${formatFigure(least, unit)}`]),
    ...(median === undefined ? [] : [`median ≤ ${formatFigure(median, unit)}`]),
    ...(worst === undefined ? [] : [worst === 0 ? "0" : `≤ ${formatFigure(worst, unit)}`]),
  ];
  return parts.join(", ");
}

function figures({ measured, unit }: JudgedClaim): [string, string] {
  return measured ? [formatFigure(measured.median, unit), formatFigure(measured.worst, unit)] : ["–", "–"];
}

/** A claim of a drill that did not get to its end is not proven, even where the runs that there were meet it. */
function verdict({ status }: DrillResult, { met, median, worst, least }: JudgedClaim): string {
  if (status === "aborted" || status === "not proven") return "not proven";
  // A figure that is told beside the claims.
  if ((median ?? worst ?? least) === undefined) return "measured";
  return met ? "met" : "**not met**";
}

function reasons(results: readonly DrillResult[]): string[] {
  const open = results.filter(({ reason }) => reason !== undefined);
  if (open.length === 0) return [];
  const items = open.map(({ title, status, reason = "" }) => `- ${title}: ${status}, ${reason.replace(/\s+/g, " ")}`);
  return ["## Not proven, and why", "", ...items, ""];
}

function visitors({ load: { rate, connections, posts = 0 } }: DrillResult): string {
  const how = connections === "mixed" ? "fresh and keep-alive connections in turn" : `${connections} connections`;
  return `${rate}/s, ${how}${posts > 0 ? `, ${Math.round(posts * 100)} % POSTs` : ""}`;
}

function assigning({ api }: DrillResult): string {
  return api ? `${formatFigure(api.assignFloatingIp, "s")} (delays × ${api.factor})` : "not recorded";
}

function computer({ machine: { processor, cores, memoryGiB, kernel } }: DrillResult): string {
  return `${cores} × ${processor}, ${memoryGiB} GiB, Linux ${kernel.split("-")[0] ?? ""}`;
}

function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string[] {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${widths.map((width, i) => (row[i] ?? "").padEnd(width)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)];
}
