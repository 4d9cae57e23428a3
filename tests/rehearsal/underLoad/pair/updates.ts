import { cpSync } from "node:fs";
import { join } from "node:path";
import { drills } from "../../../../drills";
import type { Clone } from "../../../../drills/frame/clone";
import { succeeded } from "../../stack/succeeded";
import { expectClaimsToHold } from "../../support/drilled";
import { UNDER_WAY } from "../underWay";

/**
 * What has to be taken back; wholeStack.test.ts has what goes well. A killed runner's lease takes minutes to end: that is for
 * the evidence.
 */
const rehearsed = ["release-crashes", "release-wrong-checksum"];

/** Tests of updates under load, of releases and of machines, on a running stack; it runs another program afterwards. */
export function updatesUnderLoad(clone: Clone): void {
  let url: string;

  beforeAll(async () => {
    url = (await clone.status()).url ?? "";
  });

  test("every rehearsed drill exists", () => {
    expect(drills.map(({ name }) => name)).toEqual(expect.arrayContaining(rehearsed));
  });

  test(
    "drills of releases, each once",
    () => expectClaimsToHold(clone, rehearsed, { limit: 1500, clock: "ignored" }),
    1_500_000,
  );

  test("all machines get a larger type, and visitors notice no more than the floating IP's way from one to the other", async () => {
    const asItWas = clone.editSettings((text) => text.replaceAll("serverType: cx23", "serverType: cx33"));
    let said = "";
    const load = await clone.underLoad(url, 50, async () => {
      said = succeeded(await clone.holdfast(["up", "--stack", clone.name, "--yes"])).stdout;
    });
    asItWas();
    // The active load balancer's turn is no crash: it hands the address over before.
    expect(said).toMatch(/load-balancer-\d: the other load balancer has the floating IP/);
    const back = [...said.matchAll(/^(\S+) serves again$/gm)].map(([, machine]) => machine);
    expect(back).toEqual(["load-balancer-2", "load-balancer-1", "app-1", "app-2"]);
    expect(load.failedOutsideGap).toBeLessThanOrEqual(UNDER_WAY);
    expect(load.longestGap).toBeLessThan(3);
  }, 600_000);

  test("a program that nobody here wrote is released the same way, and its next version without a failed request", async () => {
    cpSync(join(__dirname, "radicale"), join(clone.folder, "radicale"), { recursive: true });
    clone.editSettings((text) =>
      text.replace("release: ./examples/guestbook", "release: ./radicale").replace("health: /health", "health: /.web/"),
    );
    // From nothing: load balancers ask for one health path, so an app with another one is no next release of this one.
    succeeded(await clone.holdfast(["local", "down"]));
    succeeded(await clone.holdfast(["local", "up"]));
    clone.edit("radicale/holdfast.yaml", (text) => text.replace("version: 1.0.0", 'version: "1.1.0"'));
    const load = await clone.underLoad(`${url}/.web/`, 50, async () => {
      succeeded(await clone.holdfast(["local", "up"]));
    });
    expect(load.failures).toEqual({});
    expect(load.sent).toBeGreaterThan(500);
  }, 900_000);
}
