import { count } from "../../figures";
import type { Box, Picture, Row } from "../../picture";
import { wrap } from "../wrap";
import { escapeHtml } from "./escape";

/** All lengths are in the picture's own units; it is as wide as a phone and scales from there. */
const width = 360;
const frame = 8;
const gap = 8;
const boxWidth = (width - 2 * frame - 3 * gap) / 2;
const lineHeight = 15;
const arrow = 18;
/** A box that has its row for itself. */
const wideBox = 260;
/** How wide a character is at most in the sizes of style.ts; flows have the whole width. */
const character = 7;
/** The same in bold. */
const boldCharacter = 8;
const flowCharacters = 46;

/** Something drawn, and how far down it reaches. */
interface Drawn {
  readonly svg: readonly string[];
  readonly bottom: number;
}

interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The stack as an inline SVG: who talks to whom, from top to bottom. Colours come from the page's style. */
export function renderPicture({ entrance, rows, beyond }: Picture, surroundings: string): string {
  const middle = width / 2;
  const visitors = [
    `<rect class="visitors" x="${middle - 50}" y="4" width="100" height="26" rx="13"/>`,
    text(middle, 21, entrance.label, "name"),
  ];
  const entry = flow(entrance.flow, 30);
  const machines: string[] = [];
  const top = entry.bottom;
  let bottom = top + 22;
  for (const row of rows) {
    const boxes = drawRow(row, bottom);
    const next = row.flow === undefined ? { svg: [], bottom: boxes.bottom } : flow(row.flow, boxes.bottom);
    machines.push(...boxes.svg, ...next.svg);
    bottom = next.bottom;
  }
  const end = bottom + gap;
  const outside = beyond ? drawBeyond(beyond, end) : { svg: [], bottom: end };
  const height = outside.bottom + 4;
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="The stack's machines and the flow of requests">`,
    `<rect class="frame" x="${frame}" y="${top}" width="${width - 2 * frame}" height="${end - top}" rx="8"/>`,
    text(middle, top + 15, surroundings, "small"),
    ...visitors,
    ...entry.svg,
    ...machines,
    ...outside.svg,
    "</svg>",
  ].join("\n");
}

/** Below the frame: what is not in the private network. */
function drawBeyond({ flow: label, row }: NonNullable<Picture["beyond"]>, top: number): Drawn {
  const way = flow(label, top);
  const boxes = drawRow(row, way.bottom);
  return { svg: [...way.svg, ...boxes.svg], bottom: boxes.bottom + gap };
}

function drawRow(row: Row, top: number): Drawn {
  const height = Math.max(...row.boxes.map(boxHeight));
  const svg = row.boxes.flatMap((box, index) => {
    const y = top + Math.floor(index / 2) * (height + gap);
    if (row.boxes.length === 1) return drawBox(box, { x: (width - wideBox) / 2, y, width: wideBox, height });
    return drawBox(box, { x: frame + gap + (index % 2) * (boxWidth + gap), y, width: boxWidth, height });
  });
  const bottom = top + Math.ceil(row.boxes.length / 2) * (height + gap) - gap;
  if (row.more === 0) return { svg, bottom };
  return {
    svg: [...svg, text(width / 2, bottom + 17, `and ${count(row.more, "more machine")}`, "small")],
    bottom: bottom + 24,
  };
}

function boxHeight({ lines, instances }: Box): number {
  return 28 + lines.length * lineHeight + (instances.length > 0 ? lineHeight : 0);
}

function drawBox({ name, lines, instances }: Box, at: Rectangle): string[] {
  const first = instances[0] ?? 0;
  const last = instances.at(-1) ?? 0;
  const processes =
    instances.length > 0
      ? [`${count(instances.length, "instance")}: ${instances.length > 1 ? `${first}-${last}` : first}`]
      : [];
  const middle = at.x + at.width / 2;
  const most = Math.floor(at.width / character);
  return [
    `<g><title>${escapeHtml([name, ...lines, ...processes].join(", "))}</title>`,
    `<rect class="box" x="${at.x}" y="${at.y}" width="${at.width}" height="${at.height}" rx="6"/>`,
    text(middle, at.y + 19, cut(name, Math.floor(at.width / boldCharacter)), "name"),
    ...[...lines, ...processes].map((line, index) =>
      text(middle, at.y + 36 + index * lineHeight, cut(line, most), "small"),
    ),
    "</g>",
  ];
}

/** An arrow down from `top`, with what flows along it beside it. */
function flow(label: string, top: number): Drawn {
  const middle = width / 2;
  const lines = wrap(label, flowCharacters);
  const start = top + 6 + lines.length * lineHeight;
  const end = start + arrow;
  return {
    svg: [
      ...lines.map((line, index) => text(middle, top + 15 + index * lineHeight, line, "flow")),
      `<path class="arrow" d="M${middle} ${start}V${end - 2}m-5 -6l5 6l5 -6"/>`,
    ],
    bottom: end + 2,
  };
}

function text(x: number, y: number, content: string, style: "name" | "small" | "flow"): string {
  return `<text class="${style}" x="${x}" y="${y}">${escapeHtml(content)}</text>`;
}

/** The whole name is in the box's title. */
function cut(content: string, most: number): string {
  return content.length > most ? `${content.slice(0, most - 1)}…` : content;
}
