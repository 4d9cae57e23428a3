import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Picture } from "./picture";

const own = (file: string) => readFileSync(join(__dirname, "page", file), "utf8");

/** The library of charts, as its package has it for browsers. */
function library(file: string): string {
  return readFileSync(join(dirname(require.resolve("uplot/package.json")), "dist", file), "utf8");
}

/**
 * The whole page in one file, which asks nobody else for anything. Its policy lets no other program run than those that
 * stand in it.
 *
 * @param picture what it shows for good. @default it asks for new ones at `picture`
 */
export function dashboardPage(picture?: Picture): string {
  const styles = [library("uPlot.min.css"), own("style.css")];
  const scripts = [library("uPlot.iife.min.js"), own("script.js")];
  const policy = [
    "default-src 'none'",
    `script-src ${scripts.map(hash).join(" ")}`,
    `style-src ${styles.map(hash).join(" ")}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="referrer" content="no-referrer">',
    "<title>Holdfast</title>",
    ...styles.map((text) => `<style>${text}</style>`),
    "</head>",
    "<body>",
    '<h1 id="answer" role="status">…</h1>',
    '<p id="since"></p>',
    '<ul id="alerts"></ul>',
    '<dl id="facts"></dl>',
    '<div class="columns">',
    '<section><h2>What changed</h2><ul id="changes"></ul></section>',
    '<section><h2>What fills up</h2><ul id="fillings"></ul></section>',
    "</div>",
    '<nav id="ranges" aria-label="time shown"></nav>',
    '<div class="columns" id="charts"></div>',
    '<p class="faint" id="as-of"></p>',
    ...(picture ? [`<script type="application/json" id="picture">${inHtml(picture)}</script>`] : []),
    ...scripts.map((text) => `<script>${text}</script>`),
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

/** Data in an element of HTML: nothing in it ends the element or begins a comment. */
function inHtml(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
