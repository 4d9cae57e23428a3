import type { FailureEntry, Report } from "../../report";
import type { StepUp } from "../../stepsUp";
import type { Service } from "../../types";
import { linesOf, type Line } from "../entries";
import { partText, priceNote, totalText } from "../prices";
import { nextText, stepPrice, stepTexts, stepTitle } from "../stepsUp";
import { escapeHtml, inline } from "./escape";
import { renderPicture } from "./picture";
import { style } from "./style";

/** One file that needs nothing else: no script, no font, no image from anywhere. */
export function renderHtml(report: Report, stepsUp: readonly StepUp[]): string {
  const { failures, location, picture, price, singlePoints, stack } = report;
  const title = `Failure report of stack ${stack}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p class="soft">${escapeHtml(`What can fail, what happens then, at what price: ${totalText(price)} a month by list price of ${price.recorded}. Visitors come by ${report.address.what}.`)}</p>
</header>
<div class="top">
<section class="card">${renderPicture(picture, `${location}, one private network`)}</section>
<section class="card"><h2>In short</h2>${summary(failures)}</section>
<section class="card"><h2>Single points of failure</h2>
${list(singlePoints.map(({ what, because }) => `<strong>${inline(what)}</strong>: ${inline(because)}`))}
<h2>Where the app's data is</h2><p>${inline(report.data)}</p></section>
</div>
<h2>Each failure</h2>
<div class="cards">
${failures.map(card).join("\n")}
</div>
<div class="top">
<section><h2>Price per month</h2><div class="card">${prices(report)}</div></section>
<section><h2>Steps up</h2><div class="card">${stepsUp.map(step).join("\n")}<p>${inline(nextText(stepsUp))}</p></div></section>
</div>
</body>
</html>
`;
}

const colours: Readonly<Record<Service, string>> = {
  "goes on": "good",
  "stops and comes back": "fair",
  stops: "bad",
};

function badge(service: Service): string {
  return `<span class="badge ${colours[service]}">${service}</span>`;
}

function summary(failures: readonly FailureEntry[]): string {
  const rows = failures.map(
    ({ id, service, title }) => `<li class="head"><a href="#${id}">${escapeHtml(title)}</a>${badge(service)}</li>`,
  );
  return `<ul class="rows">${rows.join("\n")}</ul>`;
}

function card(entry: FailureEntry): string {
  return `<article class="card" id="${entry.id}">
<div class="head"><h3>${escapeHtml(entry.title)}</h3>${badge(entry.service)}</div>
<dl>${linesOf(entry).map(line).join("\n")}</dl>
</article>`;
}

function line({ label, text, parts = [], items = [] }: Line): string {
  const below = [...parts, ...items];
  const more = below.length > 0 ? list(below.map(inline)) : "";
  return `<div><dt>${escapeHtml(label)}</dt><dd>${inline(text)}${more}</dd></div>`;
}

function prices({ price }: Report): string {
  const rows = price.parts.map(
    ({ what, cents }) => `<tr><td>${escapeHtml(what)}</td><td>${escapeHtml(partText(cents, price.currency))}</td></tr>`,
  );
  return `<table><tbody>${rows.join("\n")}</tbody>
<tfoot><tr><td>Sum</td><td>${escapeHtml(totalText(price))}</td></tr></tfoot></table>
<p class="soft">${escapeHtml(priceNote(price))}</p>`;
}

function step(one: StepUp): string {
  const right = one.refused === undefined ? stepPrice(one) : "not possible";
  return `<div class="head"><h3><code>${escapeHtml(stepTitle(one))}</code></h3><span>${escapeHtml(right)}</span></div>
${list(stepTexts(one).map(inline))}`;
}

function list(items: readonly string[]): string {
  return `<ul>${items.map((item) => `<li>${item}</li>`).join("")}</ul>`;
}
