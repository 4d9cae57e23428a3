import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dashboardPage } from "../../../cli/dashboard/page";
import type { Picture } from "../../../cli/dashboard/picture";
import { dashboardServer, portOf } from "../../../cli/dashboard/server";
import { Browser, browserProgram } from "../../support/browser";

const at = 1_800_000_000;
/** What an attacker would name a machine, a folder or a release. */
const evil = '</script><img src=x onerror="window.hacked=1"><!-- ${x} `y` ]]>';
const times = Array.from({ length: 241 }, (_, index) => at - 86_400 + index * 360);

const picture = (change: Partial<Picture> = {}): Picture => ({
  stack: "prod",
  at,
  range: 86_400,
  served: { answer: "yes", address: "https://www.example.com/" },
  outages: [{ from: at - 40_000, to: at - 38_000 }],
  alerts: [],
  facts: [{ name: "Release", value: "1.2.0" }],
  fillings: [{ what: "database-1: disk /srv/database", used: 0.87, full: 200_000 }],
  changes: [{ at: at - 20_000, kind: "roll-out", text: "roll-out of 1.2.0" }],
  charts: ["Requests", "Memory", "Disks"].map((title) => ({
    title,
    unit: "percent",
    times,
    lines: [{ name: "app-1", values: times.map((_, index) => 0.5 + 0.3 * Math.sin(index / 10)) }],
  })),
  ...change,
});

const hostile = picture({
  stack: evil,
  served: { answer: "no", address: evil, since: at - 700 },
  alerts: [
    {
      name: evil,
      severity: "page",
      summary: evil,
      first: evil,
      since: new Date(1000 * (at - 600)).toISOString(),
      told: "told",
    },
  ],
  facts: [{ name: evil, value: evil }],
  fillings: [{ what: evil, used: 0.5 }],
  changes: [{ at: at - 20_000, kind: "reboot", text: evil }],
  charts: [{ title: evil, unit: "count", times, lines: [{ name: evil, values: times.map(() => 1) }] }],
});

test("a page for a colleague is one file: it asks nobody for anything, and its policy forbids it", () => {
  const page = dashboardPage(picture());
  expect(page).not.toMatch(/<(?:script|link|img|iframe)[^>]*(?:src|href)=/i);
  expect(page).toContain("default-src 'none'");
  expect(page).not.toContain("unsafe-inline");
  expect(page).not.toContain("unsafe-eval");
});

test("data from outside ends no element of the page", () => {
  const plain = dashboardPage(picture());
  const page = dashboardPage(hostile);
  expect(page.match(/<\/script>/g)?.length).toBe(plain.match(/<\/script>/g)?.length);
  const [, data = ""] = /<script type="application\/json" id="picture">(.*)<\/script>/.exec(page) ?? [];
  expect(JSON.parse(data)).toEqual(hostile);
});

describe("in a browser", () => {
  // No step of `make test` brings a browser: it is large, and not every Debian-like system has one as a package.
  const where = browserProgram === undefined ? (test.skip as jest.It) : test;
  const folder = mkdtempSync(join(tmpdir(), "holdfast-page-"));
  let browser: Browser | undefined;

  beforeAll(async () => {
    if (browserProgram !== undefined) browser = await Browser.start();
  }, 60_000);
  afterAll(async () => {
    await browser?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(shown: Picture, width: number): Promise<Browser> {
    if (!browser) throw new Error("there is no browser");
    const file = join(folder, "page.html");
    writeFileSync(file, dashboardPage(shown));
    await browser.open(`file://${file}`, width);
    return browser;
  }

  /** What reaches beyond the window, and what is drawn of each chart. */
  const looks = `(() => {
    const box = document.getElementById("answer").getBoundingClientRect();
    const canvases = [...document.querySelectorAll("canvas")];
    const colours = (canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const found = new Set();
      for (let index = 0; index < data.length; index += 4) {
        if (data[index + 3] > 150) found.add([data[index], data[index + 1], data[index + 2]].map((one) => one >> 5).join());
      }
      return found.size;
    };
    return {
      answer: document.getElementById("answer").textContent,
      colour: getComputedStyle(document.getElementById("answer")).color,
      size: parseFloat(getComputedStyle(document.getElementById("answer")).fontSize),
      top: box.top,
      overflow: document.documentElement.scrollWidth - innerWidth,
      wide: [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > innerWidth + 1).length,
      columns: new Set(canvases.map((one) => Math.round(one.getBoundingClientRect().left))).size,
      drawn: canvases.map(colours),
    };
  })()`;
  interface Looks {
    readonly answer: string;
    readonly colour: string;
    readonly size: number;
    readonly top: number;
    readonly overflow: number;
    readonly wide: number;
    readonly columns: number;
    readonly drawn: readonly number[];
  }

  where.each([
    ["a desktop", 1280, 3],
    ["a phone", 390, 1],
    ["a small phone", 320, 1],
  ])(
    "on %s the first and largest thing says whether visitors are served, and nothing reaches beyond the window",
    async (_, width, columns) => {
      const seen = await (await open(picture(), width)).evaluate<Looks>(looks);
      expect(seen).toMatchObject({ answer: "Visitors are served", overflow: 0, wide: 0 });
      expect(seen.top).toBeLessThan(40);
      expect(seen.size).toBeGreaterThanOrEqual(28);
      expect(seen.columns).toBeLessThanOrEqual(columns);
      // A line, a band and a vertical line, in colours of their own.
      expect(seen.drawn).toHaveLength(3);
      for (const colours of seen.drawn) expect(colours).toBeGreaterThan(3);
    },
    60_000,
  );

  where(
    "yes, no and not known differ in words and in colour",
    async () => {
      const seen: Looks[] = [];
      for (const answer of ["yes", "no", "not known"] as const) {
        const page = await open(picture({ served: { answer, address: "https://x/", since: at - 700 } }), 1280);
        seen.push(await page.evaluate<Looks>(looks));
      }
      expect(seen.map(({ answer }) => answer)).toEqual([
        "Visitors are served",
        "Visitors are NOT served: 12 min so far",
        "Nobody knows whether visitors are served",
      ]);
      expect(new Set(seen.map(({ colour }) => colour)).size).toBe(3);
    },
    60_000,
  );

  where(
    "data from outside is shown as it is, and is never obeyed",
    async () => {
      const page = await open(hostile, 390);
      expect(await page.evaluate("window.hacked ?? null")).toBeNull();
      expect(await page.evaluate("document.querySelectorAll('img').length")).toBe(0);
      expect(await page.evaluate("document.getElementById('changes').textContent")).toContain(evil);
      expect(await page.evaluate("document.getElementById('charts').textContent")).toContain(evil);
      expect(await page.evaluate<Looks>(looks)).toMatchObject({ overflow: 0 });
    },
    60_000,
  );

  where(
    "through the server it asks for pictures, and says so when none comes any more",
    async () => {
      if (!browser) throw new Error("there is no browser");
      const token = "0123456789abcdef";
      let broken = false;
      const takePicture = (range: number) =>
        broken ? Promise.reject(new Error("the tunnel is gone")) : Promise.resolve(picture({ range }));
      const server = dashboardServer({ token, prometheus: 1, takePicture });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const shows = async (words: string) => {
        for (let tries = 0; tries < 60; tries++) {
          if ((await browser?.evaluate<string>("document.getElementById('answer').textContent"))?.includes(words))
            return;
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        throw new Error(`"${words}" was not shown`);
      };
      try {
        await browser.open(`http://127.0.0.1:${portOf(server)}/?token=${token}`, 1280);
        await shows("Visitors are served");
        // The token is not in the address that others may see over the shoulder or in the history.
        expect(await browser.here()).toBe(`http://127.0.0.1:${portOf(server)}/`);
        broken = true;
        await browser.evaluate("document.querySelector('#ranges button').click()");
        await shows("Nobody knows");
        expect(await browser.evaluate("document.getElementById('since').textContent")).toContain("the tunnel is gone");
      } finally {
        server.close();
        server.closeAllConnections();
      }
    },
    60_000,
  );
});
