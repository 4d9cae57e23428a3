import type { Box, Picture, Row } from "../picture";
import { count } from "../figures";

/** The picture as a Mermaid flowchart, which GitHub draws in Markdown. */
export function renderMermaid({ entrance, rows: inside, beyond }: Picture): string {
  const rows = beyond ? withFlow(inside, beyond.flow).concat(beyond.row) : inside;
  const ids = rows.map((row, index) => row.boxes.map((_, number) => `m${index}_${number}`));
  const last = (row: number) => (rows[row]?.more ? [`more${row}`] : []);
  const edges = rows.flatMap((_, index) => {
    const from = index === 0 ? ["visitors"] : [...(ids[index - 1] ?? []), ...last(index - 1)];
    const to = [...(ids[index] ?? []), ...last(index)];
    const label = index === 0 ? entrance.flow : (rows[index - 1]?.flow ?? "");
    return [`  ${from.join(" & ")} -- ${quote(label)} --> ${to.join(" & ")}`];
  });
  return [
    "flowchart TB",
    `  visitors([${quote(entrance.label)}])`,
    ...rows.flatMap((row, index) => group(row, index, ids[index] ?? [])),
    ...edges,
  ].join("\n");
}

/** The last row leads on to something. */
function withFlow(rows: readonly Row[], flow: string): Row[] {
  return rows.map((row, index) => (index === rows.length - 1 ? { ...row, flow } : row));
}

function group(row: Row, index: number, ids: readonly string[]): string[] {
  return [
    `  subgraph r${index}[${quote(row.title)}]`,
    ...row.boxes.map((box, number) => `    ${ids[number]}[${quote(label(box))}]`),
    ...(row.more > 0 ? [`    more${index}[${quote(`and ${count(row.more, "more machine")}`)}]`] : []),
    "  end",
  ];
}

function label({ name, lines, instances }: Box): string {
  const processes = instances.length > 0 ? [count(instances.length, "instance")] : [];
  return [name, ...lines, ...processes].join("<br/>");
}

/** Mermaid reads HTML's named characters with # for &, so that labels may hold anything; <br/> is its own. */
function quote(text: string): string {
  return `"${text.replaceAll("#", "#35;").replaceAll('"', "#quot;")}"`;
}
