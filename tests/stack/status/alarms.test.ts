import { alarmsOf } from "../../../stack/status/alarms";
import { app, balancer, day, firstOut, hour, noon, statusWith } from "./fixture";

const alarms = (...args: Parameters<typeof statusWith>) => statusWith(...args).alarms;
const both = { servers: {}, floatingIps: [{ address: "203.0.113.100", server: "prod-load-balancer-2" }] };

test("all is well: no alarm, no notice", () => {
  expect(statusWith()).toMatchObject({ alarms: [], notices: [] });
});

test("a machine that says nothing is named, with the reason and the API's word; the rest is still judged", () => {
  const said = alarms({
    "app-2": { unreachable: "10.0.1.42 (through 203.0.113.10) does not answer" },
    "app-1": { probe: app({ failedUnits: ["cron.service"] }) },
  });
  expect(said).toEqual([
    "app-2: 10.0.1.42 (through 203.0.113.10) does not answer (the API says running)",
    "app-1: failed: cron.service",
  ]);
});

test.each([
  ["DOWN", "app-1-2 gets no visitors: load-balancer-1 says DOWN, load-balancer-2 says DOWN"],
  ["NOLB", "app-1-2 gets no visitors: load-balancer-1 says NOLB, load-balancer-2 says NOLB"],
])("an instance that HAProxy calls %s though nobody took it out", (word, expected) => {
  const haproxy = (balancer(true).haproxy ?? []).map((server) =>
    server.name === "app-1-2" ? { ...server, status: word } : server,
  );
  const changed = { "load-balancer-1": balancer(true, { haproxy }), "load-balancer-2": balancer(false, { haproxy }) };
  expect(alarms(Object.fromEntries(Object.entries(changed).map(([name, probe]) => [name, { probe }])))).toEqual([
    expected,
  ]);
});

test("an instance that somebody took out is no alarm until a day later", () => {
  const out = (since: number) => ({ probe: app(firstOut(since)) });
  expect(statusWith({ "app-1": out(noon - 3 * hour) })).toMatchObject({
    alarms: [],
    notices: ["app-1-1 has been out of rotation (drain) for 3 h: ana@laptop"],
  });
  expect(alarms({ "app-1": out(noon - 2 * day) })).toEqual([
    "app-1-1 has been out of rotation for 2 days: put it back, or keep it out with a reason",
  ]);
});

test.each([
  ["both master", { "load-balancer-2": { probe: balancer(true) } }, undefined, "are both master"],
  ["none master", { "load-balancer-1": { probe: balancer(false) } }, undefined, "no load balancer is master"],
  ["the API has another holder", {}, both, "is on load-balancer-2 by the API, but load-balancer-1 is master"],
  [
    "nobody has it",
    {},
    { ...both, floatingIps: [{ address: "203.0.113.100", server: null }] },
    "is assigned to no machine",
  ],
])("the floating IP: %s", (_, changes, cloud, expected) => {
  expect(alarms(changes, cloud).join("\n")).toContain(expected);
});

test("a standby that cannot take over, unless a person took it out", () => {
  const standby = (outSince: number | null) => ({
    "load-balancer-2": { probe: balancer(false, { keeper: { master: false, fit: false, outSince } }) },
  });
  expect(alarms(standby(null))[0]).toContain("load-balancer-2 may not have the floating IP");
  const unfit = "no instance of the app is well for it";
  const told = {
    "load-balancer-2": { probe: balancer(false, { keeper: { master: false, fit: false, unfit, outSince: null } }) },
  };
  expect(alarms(told)[0]).toBe(`load-balancer-2 may not have the floating IP: ${unfit}`);
  expect(statusWith(standby(noon - 120))).toMatchObject({
    alarms: [],
    notices: ["load-balancer-2 has been kept out of the election for 2 min"],
  });
});

test("a load balancer whose places are almost taken says so before visitors notice", () => {
  const places = (taken: number) => ({ safe: [taken, 100], unsafe: [0, 100], streams: [3, 1000] }) as const;
  const haproxy = (taken: number) =>
    (balancer(true).haproxy ?? []).map((server) => ({ ...server, places: places(taken) }));
  const notices = (taken: number) =>
    statusWith({ "load-balancer-1": { probe: balancer(true, { haproxy: haproxy(taken) }) } }).notices;
  expect(notices(79)).toEqual([]);
  expect(notices(80)).toEqual([
    "load-balancer-1: 320 of 400 places for GET, HEAD and OPTIONS requests are taken (limits.requestsPerInstance); more wait, and get 503 in the end",
  ]);
});

describe("roll-outs", () => {
  const newer = { probe: app({ release: { version: "1.1.0", checksum: "bb" } }) };
  const held = {
    generation: 7,
    owner: "ana@laptop",
    reason: "pulumi up",
    since: noon - 300,
    expires: noon + 60,
    ended: "",
  };

  test("two releases at a time", () => {
    expect(alarms({ "app-2": newer })).toEqual(["machines have different releases: app-1 1.0.0, app-2 1.1.0"]);
  });

  test("while somebody rolls out, that is what it looks like, and who does it is told", () => {
    expect(statusWith({ "app-1": { probe: app({ lease: held }) }, "app-2": newer })).toMatchObject({
      alarms: [],
      notices: ["ana@laptop has had the lease for 5 min (pulumi up)"],
    });
  });

  test.each([
    ["ran out", { expires: noon - 1 }],
    ["was given back", { ended: "released" }],
  ])("a lease that %s is nobody's", (_, more) => {
    expect(statusWith({ "app-1": { probe: app({ lease: { ...held, ...more } }) } }).notices).toEqual([]);
  });

  test("the last one was taken back", () => {
    const lastRollout = {
      date: "2026-11-24T11:00:00Z",
      from: "guestbook 1.0.0",
      to: "guestbook 1.1.0",
      result: "undone",
      error: "port 8001 was not opened",
    };
    expect(alarms({ "app-1": { probe: app({ lastRollout }) } })).toEqual([
      "app-1: the last roll-out (guestbook 1.1.0, 2026-11-24T11:00:00Z) was undone: port 8001 was not opened",
    ]);
    expect(alarms({ "app-1": { probe: app({ lastRollout: { ...lastRollout, result: "applied" } }) } })).toEqual([]);
    const facts = statusWith({ "app-1": { probe: app({ lastRollout: { ...lastRollout, sha256: "bb" } }) } });
    const ended = (label: string, sha256?: string) =>
      alarmsOf(facts, { label, ...(sha256 && { sha256 }) }).length === 0;
    // While the settings ask for it, it is not over; by its content where that is known.
    expect([ended("guestbook 1.1.0", "bb"), ended("guestbook 1.1.0")]).toEqual([false, false]);
    expect([ended("guestbook 1.1.0", "aa"), ended("guestbook 1.0.0")]).toEqual([true, true]);
    const error = "pg_ctl failed (exit code 1):\n  waiting\n\n  stopped";
    expect(alarms({ "app-1": { probe: app({ lastRollout: { ...lastRollout, error } }) } })[0]).toMatch(
      /was undone: pg_ctl failed \(exit code 1\):; waiting; stopped$/,
    );
  });
});

test.each([
  [86, 1],
  [85, 0],
])("a disk that is %d %% full", (used, expected) => {
  const disks = [{ folder: "/", size: 100, free: 100 - used }];
  expect(alarms({ "app-1": { probe: app({ disks }) } })).toHaveLength(expected);
});

test("a reboot that is needed is told, and after two weeks it is an alarm", () => {
  const needed = (since: number) => ({ "app-1": { probe: app({ reboot: { since, packages: ["linux-image"] } }) } });
  expect(statusWith(needed(noon - day))).toMatchObject({
    alarms: [],
    notices: ["app-1 needs a reboot (linux-image)"],
  });
  expect(alarms(needed(noon - 15 * day))).toEqual(["app-1: has needed a reboot for 15 days"]);
});

test("a pool that takes no connections", () => {
  expect(alarms({ "app-1": { probe: app({ pool: { accepts: true } }) } })).toEqual([]);
  expect(alarms({ "app-1": { probe: app({ pool: { accepts: false } }) } }).join()).toContain(
    "app-1: the pool in front of PostgreSQL takes no connections",
  );
});

test("a database that takes no connections", () => {
  expect(alarms({ "app-1": { probe: app({ database: { accepts: true } }) } })).toEqual([]);
  expect(alarms({ "app-1": { probe: app({ database: { accepts: false } }) } })).toEqual([
    "app-1: PostgreSQL takes no connections",
  ]);
});

test("a question without an answer is an alarm: not knowing is not being well", () => {
  const silent = { probe: balancer(true, { haproxy: undefined, unanswered: { haproxy: "no answer within 1.2 s" } }) };
  expect(alarms({ "load-balancer-1": silent })).toEqual(["load-balancer-1: HAProxy: no answer within 1.2 s"]);
});

test("without a token the API's view is missing, and that is said", () => {
  expect(statusWith({}, { unknown: "there is no token" })).toMatchObject({
    alarms: [],
    notices: ["the API did not answer: there is no token"],
  });
});

test("alarms and notices name the machines that they are about", () => {
  const silent = { unreachable: "no route" };
  expect(statusWith().remarkable).toEqual([]);
  expect(statusWith({ "app-2": silent, "app-1": { probe: app(firstOut(noon - 600)) } }).remarkable).toEqual(
    expect.arrayContaining(["app-1", "app-2"]),
  );
});
