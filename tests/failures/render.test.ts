import { renderHtml } from "../../failures/render/html/page";
import { renderJson } from "../../failures/render/json";
import { renderMarkdown } from "../../failures/render/markdown";
import { renderTerminal } from "../../failures/render/terminal";
import type { Report } from "../../failures/report";
import { stepsUpFrom } from "../../failures/stepsUp";
import { options, reportOf, settingsFor, type Numbers } from "./stacks";

const render = (how: (report: Report, stepsUp: ReturnType<typeof stepsUpFrom>) => string, numbers: Numbers = {}) => {
  const report = reportOf(numbers);
  return how(report, stepsUpFrom(settingsFor(numbers), report, options));
};

test("the terminal's lines fit into 80 columns", () => {
  const lines = render(renderTerminal).split("\n");
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.join("\n")).toContain("Sum                                                                    19.97 €");
});

test.each([
  ["terminal", renderTerminal],
  ["Markdown", renderMarkdown],
  ["HTML", renderHtml],
] as const)("%s tells every failure, every single point of failure and the sum", (_, how) => {
  const text = render(how).replaceAll("&#39;", "'").replace(/\s+/g, " ");
  const { failures, singlePoints } = reportOf();
  for (const { title } of failures) expect(text).toContain(title);
  for (const { what } of singlePoints) expect(text).toContain(what);
  expect(text).toContain("19.97 €");
  expect(text).toContain("List price recorded on 2026-10-04");
});

test("JSON is the report itself, with the steps up", () => {
  const parsed = JSON.parse(render(renderJson)) as Report & { stepsUp: unknown[] };
  expect(parsed.price.total).toBe(1997);
  expect(parsed.failures.map(({ id }) => id)).toEqual(reportOf().failures.map(({ id }) => id));
  expect(parsed.stepsUp).toHaveLength(3);
});

test("the Mermaid picture joins every row to the next", () => {
  const markdown = render(renderMarkdown, { machines: 3 });
  const [, picture = ""] = /```mermaid\n([^`]*)```/.exec(markdown) ?? [];
  expect(picture).toContain('visitors -- "HTTP to 80 of the floating IP" --> m0_0');
  expect(picture).toContain("--> m1_0 & m1_1 & m1_2");
  expect(picture).toContain("prod-app-3<br/>app (cx23)<br/>10.0.1.43<br/>IPv6 outwards only<br/>2 instances");
});

describe("a database and its backups in the picture", () => {
  const apart = { database: { machines: 1, volumeSize: 20 }, backup: {} };

  test("below the app machines, and the storage below everything", () => {
    const markdown = render(renderMarkdown, apart);
    expect(markdown).toContain("prod-database-1<br/>database (cx23)<br/>10.0.1.21<br/>volume of 20 GB");
    expect(markdown).toContain('m1_0 & m1_1 -- "PostgreSQL over TLS to 5432, private network 10.0.1.0/24" --> m2_0');
    expect(markdown).toContain('m2_0 -- "Backups, encrypted, over SFTP" --> m3_0');
    expect(markdown).toContain("Storage Box bx11<br/>Helsinki");
  });

  test("on the app machine, where it is there", () => {
    const markdown = render(renderMarkdown, { loadBalancers: 0, machines: 1, database: { machines: 0 } });
    expect(markdown).toContain("app, load balancer, database (cx23)<br/>10.0.1.41<br/>volume of 10 GB");
  });

  test("the storage is outside of the frame that stands for the private network", () => {
    const html = render(renderHtml, apart);
    const [, y = "", height = ""] = /class="frame" [^>]*y="(\d+)" [^>]*height="(\d+)"/.exec(html) ?? [];
    const [, storage = ""] = /<title>Storage Box[^]*?<rect class="box" x="[\d.]+" y="(\d+)"/.exec(html) ?? [];
    expect(Number(storage)).toBeGreaterThan(Number(y) + Number(height));
  });
});

test("two hundred machines make a picture of a few, and say how many more there are", () => {
  const html = render(renderHtml, { machines: 200 });
  expect(html.match(/class="box"/g)).toHaveLength(7);
  expect(html).toContain("and 194 more machines");
  expect(render(renderMarkdown, { machines: 200 })).toContain("and 194 more machines");
});

test("HTML needs nothing from anywhere, and runs nothing", () => {
  const html = render(renderHtml);
  expect(html).not.toMatch(/<script|<link|<img|https?:|url\(|@import/);
  expect(html).toContain("default-src 'none'");
});

test("whatever a text holds stays text", () => {
  const evil = `<script>alert("x")</script> & 'more' | "`;
  const report = reportOf();
  const [first, ...rest] = report.failures;
  const poisoned: Report = {
    ...report,
    stack: evil,
    data: evil,
    failures: [{ ...(first as (typeof report.failures)[number]), title: evil, takesOver: evil }, ...rest],
    singlePoints: [{ id: "x", what: evil, because: evil }],
    picture: {
      ...report.picture,
      rows: [{ title: evil, more: 0, boxes: [{ name: evil, lines: [evil], instances: [] }] }],
    },
  };
  const html = renderHtml(poisoned, []);
  expect(html).not.toContain("<script");
  expect(html).toContain("&lt;script&gt;");
  const markdown = renderMarkdown(poisoned, []);
  expect(markdown.replace(/```mermaid[^`]*```/, "")).not.toContain("<script");
  expect(markdown).toContain("'more' \\|");
  expect(markdown).not.toContain('alert("x")</script> & \'more\' | "]');
});
