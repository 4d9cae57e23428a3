import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { escapeHtml } from "../../failures/render/html/escape";
import { BROWSERS } from "../../toolchain/debianPackages";
import { which } from "../../lib/run";

/** The browser without a screen and without anything that it would do in the network by itself. */
const options = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
  ...["--disable-background-networking", "--disable-component-update", "--hide-scrollbars"],
];

/** Seconds for one page. */
const LIMIT = 60;

/** What a page says about itself, and what does not fit: how much wider it wants to be, and texts that leave their boxes. */
export interface Layout {
  readonly over: number;
  readonly outside: readonly string[];
  /** CSS pixels. */
  readonly height: number;
}

/** Measures the page in a frame. */
const probe = `
  const page = document.querySelector("iframe").contentDocument;
  const root = page.documentElement;
  const outside = [...page.querySelectorAll("svg g")].flatMap((group) => {
    const box = group.querySelector("rect").getBBox();
    return [...group.querySelectorAll("text")]
      .filter((text) => text.getBBox().x < box.x || text.getBBox().x + text.getBBox().width > box.x + box.width)
      .map((text) => text.textContent);
  });
  document.querySelector("pre").textContent =
    JSON.stringify({ over: root.scrollWidth - root.clientWidth, outside, height: root.scrollHeight });
`;

/** The first browser that is there; where none is, running it says so. */
const program = BROWSERS.find((name) => which(name) !== undefined) ?? BROWSERS[0];

/** The browser, with a profile and files in a folder of its own. */
export class Chromium {
  constructor(private readonly folder: string) {}

  /** How the page is laid out at this width: in a frame, since a window cannot be as narrow as a phone. */
  layout(html: string, width: number): Layout {
    const file = this.framed(html, width, 900, probe);
    const dom = this.run(["--window-size=1600,1000", "--dump-dom", `file://${file}`]);
    const said = /<pre>(.*)<\/pre>/.exec(dom)?.[1];
    if (!said) throw new Error(`the browser measured nothing:\n${dom.slice(0, 500)}`);
    return JSON.parse(said) as Layout;
  }

  /** A picture of the whole page at this width. Gives the PNG's path. */
  screenshot(html: string, width: number, height: number): string {
    const file = this.framed(html, width, height, "");
    const picture = join(this.folder, `${width}.png`);
    this.run([`--window-size=${width},${height}`, `--screenshot=${picture}`, `file://${file}`]);
    return picture;
  }

  private framed(html: string, width: number, height: number, onload: string): string {
    const file = join(this.folder, "frame.html");
    const style = `border:0;display:block;width:${width}px;height:${height}px`;
    writeFileSync(
      file,
      `<!doctype html><meta charset="utf-8"><style>body{margin:0}</style><iframe style="${style}"
        srcdoc="${escapeHtml(html)}" onload='${escapeHtml(onload)}'></iframe><pre></pre>`,
    );
    return file;
  }

  private run(args: readonly string[]): string {
    return execFileSync(program, [...options, `--user-data-dir=${join(this.folder, "profile")}`, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: LIMIT * 1000,
    });
  }
}

/** A PNG's size in pixels, and how many different bytes its lines have: a page without anything on it has hardly any. */
export function pictureFacts(path: string): { width: number; height: number; different: number } {
  const png = readFileSync(path);
  if (png.toString("latin1", 1, 4) !== "PNG") throw new Error(`${path} is no PNG`);
  const data: Buffer[] = [];
  // Behind the signature: length, name, content and checksum of each chunk (the PNG specification, section 5.3).
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString("latin1", at + 4, at + 8) === "IDAT")
      data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  return {
    width: png.readUInt32BE(16),
    height: png.readUInt32BE(20),
    different: new Set(inflateSync(Buffer.concat(data))).size,
  };
}
