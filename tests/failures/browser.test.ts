import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readDrillResults } from "../../drills/frame/result";
import { renderHtml } from "../../failures/render/html/page";
import { stepsUpFrom } from "../../failures/stepsUp";
import { Chromium, pictureFacts } from "./chromium";
import { options, reportOf, settingsFor, type Numbers } from "./stacks";
import { readVariable } from "../../lib/environmentVariables";

// A browser has to be there: `make test` installs Debian's chromium, and without any these tests fail.

jest.setTimeout(120_000);

let folder: string;
let chromium: Chromium;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-report-"));
  chromium = new Chromium(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const stacks: Readonly<Record<string, Numbers>> = {
  "one machine for everything": { loadBalancers: 0, machines: 1, instances: 1 },
  "a pair and many app machines": { loadBalancers: 2, machines: 12, instances: 4 },
  "one machine with a database": { loadBalancers: 0, machines: 1, database: { machines: 0 } },
  "everything, and backups in two places": {
    loadBalancers: 2,
    machines: 3,
    database: { machines: 1, volumeSize: 100, pool: true },
    backup: { s3: { endpoint: "https://fsn1.your-objectstorage.com", bucket: "guestbook-backup" } },
  },
};

/** The page as people see it: with everything that drills measured so far. */
function pageOf(numbers: Numbers): string {
  const report = reportOf(numbers, { results: readDrillResults() });
  return renderHtml(report, stepsUpFrom(settingsFor(numbers), report, options));
}

/** Where to leave a copy of each picture, for a person who wants to look at them. */
const gallery = readVariable("HOLDFAST_SCREENSHOTS");

describe.each(Object.entries(stacks))("%s", (name, numbers) => {
  const html = pageOf(numbers);

  test("the page tells what was measured", () => {
    expect(html).toMatch(/<dt>Measured<\/dt><dd>by the drill [a-z-]+ \(n = \d+, 2\d{3}-/);
  });

  test.each([
    ["phone", 360],
    ["desktop", 1280],
  ])("on a %s nothing overflows, and the picture of it is as wide and not empty", (device, width) => {
    const { height, ...fit } = chromium.layout(html, width);
    expect(fit).toEqual({ over: 0, outside: [] });
    const picture = chromium.screenshot(html, width, height);
    if (gallery) copyFileSync(picture, join(gallery, `${name}, ${device}.png`));
    const { different, ...size } = pictureFacts(picture);
    expect(size).toEqual({ width, height });
    expect(different).toBeGreaterThan(200);
  });
});

test("the measure itself sees what overflows", () => {
  const wide =
    '<div style="width:900px">wide</div><svg><g><rect width="10" height="9"/><text>too long</text></g></svg>';
  const { over, outside } = chromium.layout(wide, 360);
  expect(outside).toEqual(["too long"]);
  expect(over).toBeGreaterThan(500);
});

test("and a picture of nothing is seen to be empty", () => {
  expect(pictureFacts(chromium.screenshot("", 360, 640))).toMatchObject({ width: 360, height: 640 });
  expect(pictureFacts(chromium.screenshot("", 360, 640)).different).toBeLessThan(20);
});
