import { takePicture } from "../../../cli/dashboard/picture";
import { knows } from "./monitor";

const now = 1_800_000_000;
const hour = 3600;
const site = { instance: "https://www.example.com/" };
const asked = { query: /^timestamp\(probe_success/, value: (at: number) => at - 5 };
const success = (value: (at: number) => number | undefined) => ({
  query: /^(min_over_time\()?probe_success/,
  labels: site,
  value,
});

test("a site that answers is served, and its last outage is told", async () => {
  const down = (at: number) => (at > now - 3000 && at <= now - 2700 ? 0 : 1);
  const { served, outages } = await takePicture(knows([asked, success(down)]), "prod", hour, now);
  expect(served).toEqual({ answer: "yes", address: site.instance, since: outages[0]?.to });
  expect(outages).toHaveLength(1);
  const [{ from, to } = { from: 0, to: 0 }] = outages;
  expect(Math.abs(from - (now - 3000))).toBeLessThanOrEqual(15);
  expect(Math.abs(to - (now - 2700))).toBeLessThanOrEqual(15);
});

test("a site that does not answer is not served since Prometheus first saw it", async () => {
  const pending = { query: /ALERTS_FOR_STATE/, value: () => now - 222 };
  const { served } = await takePicture(knows([asked, pending, success(() => 0)]), "prod", hour, now);
  expect(served).toEqual({ answer: "no", address: site.instance, since: now - 222 });
});

test.each([
  ["nothing was ever asked", []],
  ["the last answer is old", [{ ...asked, value: () => now - 100 }, success(() => 1)]],
])("nobody knows whether visitors are served when %s", async (_, answers) => {
  const { served } = await takePicture(knows(answers), "prod", hour, now);
  expect(served.answer).toBe("not known");
});

test("machines of one roll-out are one change, a start that moves a little is one, and a failover says who took over", async () => {
  const master = (name: string, holds: (at: number) => boolean) => ({
    query: /keeper_master\)/,
    labels: { machine: name },
    value: (at: number) => Number(holds(at)),
  });
  const { changes } = await takePicture(
    knows([
      { query: /rollout_time/, labels: { machine: "app-1" }, value: () => now - 1000 },
      { query: /rollout_time/, labels: { machine: "app-2" }, value: () => now - 950 },
      { query: /release_info/, labels: { version: "1.0" }, value: (at) => (at < now - 930 ? 1 : undefined) },
      { query: /release_info/, labels: { version: "2.0" }, value: (at) => (at < now - 930 ? undefined : 1) },
      { query: /boot_time/, labels: { machine: "app-1" }, value: (at) => now - 500 + (at % 2) },
      // Before all that is shown.
      { query: /boot_time/, labels: { machine: "app-2" }, value: () => now - 2 * hour },
      master("load-balancer-1", (at) => at < now - 200),
      master("load-balancer-2", (at) => at >= now - 200),
    ]),
    "prod",
    hour,
    now,
  );
  expect(changes.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
    "roll-out: roll-out of 2.0",
    "reboot: app-1 started",
    "failover: load-balancer-2 took over from load-balancer-1",
  ]);
  expect(changes[0]?.at).toBe(now - 950);
});

test("the fullest comes first, and says when it is full if it grows", async () => {
  const disk = (folder: string, used: number, pace: number) => [
    { query: /^1 - holdfast_disk_free/, labels: { machine: "database-1", folder }, value: () => used },
    { query: /^-deriv/, labels: { machine: "database-1", folder }, value: () => pace },
  ];
  const monitor = knows([...disk("/", 0.2, 0), ...disk("/srv/database", 0.9, 0.1 / 86_400)]);
  const { fillings } = await takePicture(monitor, "prod", hour, now);
  expect(fillings.map(({ what, full }) => ({ what, full: full && Math.round(full / 3600) }))).toEqual([
    { what: "database-1: disk /srv/database", full: 24 },
    { what: "database-1: disk /", full: undefined },
  ]);
});

test("charts begin where the history does, and those of which nothing is known are left out", async () => {
  const young = {
    query: /node_memory/,
    labels: { machine: "app-1" },
    value: (at: number) => (at > now - 600 ? 0.5 : undefined),
  };
  const { charts } = await takePicture(knows([young]), "prod", hour, now);
  expect(charts.map(({ title }) => title)).toEqual(["Memory"]);
  const [{ times, lines } = { times: [], lines: [] }] = charts;
  expect(times.length).toBeLessThan(45);
  expect(lines[0]?.values).toHaveLength(times.length);
});
