import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { escapeHtml } from "../../failures/render/html/escape";
import { renderHtml } from "../../failures/render/html/page";
import { rungsAbove } from "../../failures/rungs";
import { options, reportOf, settingsFor, type Numbers } from "./stacks";

const browser = spawnSync("chromium", ["--version"]).status === 0;
if (!browser)
  process.stderr.write("the HTML report is not looked at in a browser: Debian's package chromium is missing\n");

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-report-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Measures the page in a frame of this width: how much wider it wants to be, and which texts leave their boxes. */
const probe = `
  const page = document.querySelector("iframe").contentDocument;
  const root = page.documentElement;
  const outside = [...page.querySelectorAll("svg g")].flatMap((group) => {
    const box = group.querySelector("rect").getBBox();
    return [...group.querySelectorAll("text")]
      .filter((text) => text.getBBox().x < box.x || text.getBBox().x + text.getBBox().width > box.x + box.width)
      .map((text) => text.textContent);
  });
  document.querySelector("pre").textContent = JSON.stringify({ over: root.scrollWidth - root.clientWidth, outside });
`;

function measure(html: string, width: number): { over: number; outside: string[] } {
  const file = join(folder, "frame.html");
  writeFileSync(
    file,
    `<!doctype html><meta charset="utf-8"><iframe style="border:0;width:${width}px;height:900px"
      srcdoc="${escapeHtml(html)}" onload='${escapeHtml(probe)}'></iframe><pre></pre>`,
  );
  const dom = execFileSync(
    "chromium",
    [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
      ...[
        "--disable-background-networking",
        "--disable-component-update",
        `--user-data-dir=${join(folder, "profile")}`,
      ],
      ...["--window-size=1600,1000", "--dump-dom", `file://${file}`],
    ],
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 60_000 },
  );
  return JSON.parse(/<pre>(.*)<\/pre>/.exec(dom)?.[1] ?? "null") as { over: number; outside: string[] };
}

const stacks: Readonly<Record<string, Numbers>> = {
  "one machine for everything": { loadBalancers: 0, machines: 1, instances: 1 },
  "a pair and many app machines": { loadBalancers: 2, machines: 12, instances: 4 },
  "one machine with a database": { loadBalancers: 0, machines: 1, database: { machines: 0 } },
  "everything, and backups in two places": {
    loadBalancers: 2,
    machines: 3,
    database: { machines: 1, volumeSize: 100 },
    backup: { s3: { endpoint: "https://fsn1.your-objectstorage.com", bucket: "guestbook-backup" } },
  },
};

(browser ? describe : describe.skip).each(Object.entries(stacks))("%s", (_, numbers) => {
  test.each([
    ["phone", 360],
    ["desktop", 1280],
  ])(
    "nothing overflows on a %s",
    (_name, width) => {
      const report = reportOf(numbers);
      const html = renderHtml(report, rungsAbove(settingsFor(numbers), report, options));
      expect(measure(html, width)).toEqual({ over: 0, outside: [] });
    },
    60_000,
  );
});

(browser ? test : test.skip)(
  "the measure itself sees what overflows",
  () => {
    const wide =
      '<div style="width:900px">wide</div><svg><g><rect width="10" height="9"/><text>too long</text></g></svg>';
    expect(measure(wide, 360)).toEqual({ over: expect.any(Number) as number, outside: ["too long"] });
    expect(measure(wide, 360).over).toBeGreaterThan(500);
  },
  60_000,
);
