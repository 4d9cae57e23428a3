import { existsSync } from "node:fs";
import { join } from "node:path";
import { vrrpPaths } from "../../../roles/loadBalancer/keepalived.conf";
import { rehearsal } from "../../blueprint/source";
import { configured } from "../../roles/context";
import { FakeSystemd } from "./fakeSystemd";
import { request, Root } from "./onMachine";

jest.setTimeout(60_000);

const pair = configured("load-balancer-1", rehearsal({ loadBalancers: 2 }));
const ours = ["haproxy.service", "holdfast-floating-ip-keeper.service", "keepalived.service"];

/** A load balancer's configuration, with the names that the floating IP keeper has now or had in the first version. */
function loadBalancer(rename: (text: string) => string) {
  const files = Object.entries(pair.files).map(([path, { content }]) => [rename(path), { content: rename(content) }]);
  const units = pair.units.filter(({ name }) => ours.includes(name));
  const asked = units.map(({ name, restartOn = [], reloadOn = [] }) => ({
    name: rename(name),
    enabled: true,
    state: "running",
    restartOn: restartOn.map(rename),
    reloadOn: reloadOn.map(rename),
    healthy: "true",
  }));
  return request(Object.fromEntries(files) as Record<string, { content: string }>, { units: asked });
}

const first = (text: string) => text.replaceAll(/floating[- ]ip[- ]keeper/gi, "claimer");

let root: Root;
let systemd: FakeSystemd;
beforeAll(async () => {
  root = await Root.make();
  systemd = FakeSystemd.on(root);
  await root.submit(loadBalancer(first));
  systemd.log();
  expect(await root.submit(loadBalancer((text) => text))).toMatchObject({ result: "applied" });
});
afterAll(() => root.remove());

const is = (state: "active" | "enabled", unit: string) => existsSync(join(systemd.folder, `${unit}.${state}`));

describe("a load balancer whose unit has got another name", () => {
  test("stops the old unit before it starts the new one, and keepalived and HAProxy run on", () => {
    // A comment in keepalived.conf names it; a reload costs nobody anything (tests/rehearsal/underLoad/pair/rights.ts).
    expect(systemd.log()).toEqual([
      "stop holdfast-claimer.service",
      "start holdfast-floating-ip-keeper.service none",
      "reload keepalived.service",
    ]);
  });

  test("starts the new unit at boot, and the old one no more", () => {
    expect(is("enabled", "holdfast-claimer.service")).toBe(false);
    expect(is("active", "holdfast-claimer.service")).toBe(false);
    expect(is("enabled", "holdfast-floating-ip-keeper.service")).toBe(true);
  });

  test("has no file of the old one any more", async () => {
    const left = (await root.paths()).filter((path) => existsSync(join(root.path, path)) && path.includes("claimer"));
    expect(left.filter((path) => /\.(py|json|token|service)$/.test(path))).toEqual([]);
  });

  // The verdict that this machine may be master stays where keepalived reads it, whichever of the two units runs.
  test("keeps the files through which keepalived and its watcher talk", () => {
    expect(Object.values(vrrpPaths).filter((path) => path.startsWith("/run/"))).toEqual([
      "/run/holdfast-claimer",
      "/run/holdfast-claimer/vrrp",
      "/run/holdfast-claimer/unfit",
      "/run/holdfast-claimer/handing-over",
    ]);
  });
});
