import { makeBlueprint } from "../../blueprint/blueprint";
import { type FailureId, failures } from "../../failures/catalog";
import { ladder, settingsOfRung } from "../../failures/ladder";
import { makeReport, type FailureEntry } from "../../failures/report";
import type { Service } from "../../failures/types";
import { options, settingsFor } from "./stacks";

// What the report says of each failure on each rung, with a database from the bottom on, a pool and backups. Thought out
// here from what the machines do, and not from what the report says.

/** Columns are the rungs of failures/ladder.ts, in its order. */
const columns = [
  "one machine with everything",
  "more instances",
  "a load balancer",
  "the database on its own machine",
  "more app machines",
  "a backup load balancer",
];

/**
 * `on`: the service goes on, `back`: it stops and comes back, `stop`: it stops until somebody acts, `–`: there is no such
 * thing to fail. With `!` the loss of something that there is one of is behind it.
 */
const services: Readonly<Record<FailureId, string>> = {
  //                       one     instances balancer database machines pair
  "instance-crash": "        back!   on        on       on       on       on    ",
  "instance-hang": "         back!   on        on       on       on       on    ",
  // It is taken back by itself, so what there is one of does not matter.
  "bad-release": "           back    on        on       on       on       on    ",
  "app-machine": "           stop!   stop!     stop!    stop!    on       on    ",
  // At the bottom the only machine is the load balancer too.
  "load-balancer-machine": " –       –         stop!    stop!    stop!    back  ",
  // Systemd is quicker than any other machine.
  "haproxy-process": "       back    back      back     back     back     back  ",
  "database-process": "      back    back      back     back     back     back  ",
  "connection-pool": "       back    back      back     back     back     back  ",
  // Nobody stands by for the database on any rung.
  "database-machine": "      –       –         –        stop!    stop!    stop! ",
  volume: "                  stop!   stop!     stop!    stop!    stop!    stop! ",
  "dropped-table": "         stop!   stop!     stop!    stop!    stop!    stop! ",
  // Visitors do not need it; but the backups are in one place.
  "backup-storage": "        on!     on!       on!      on!      on!      on!   ",
  // One machine talks to itself only.
  "private-network": "       on      on        stop!    stop!    stop!    stop! ",
  "cloud-api": "             on      on        on       on       on       on    ",
  // The stacks of the ladder serve http (certificates.test.ts has others).
  "host-dns": "              –       –         –        –        –        –     ",
  "certificate-authority": " –       –         –        –        –        –     ",
  "certificate-file": "      –       –         –        –        –        –     ",
  "certificate-keeper": "    –       –         –        –        –        –     ",
  "certificate-end": "       –       –         –        –        –        –     ",
  "trial-certificates": "    –       –         –        –        –        –     ",
  location: "                stop!   stop!     stop!    stop!    stop!    stop! ",
  flood: "                   on      on        on       on       on       on    ",
  // One key in the settings that are looked at.
  "admin-laptop": "          on!     on!       on!      on!      on!      on!   ",
  // Without a floating IP no machine has a token.
  "api-token": "             –       –         on       on       on       on    ",
  "pulumi-state": "          on!     on!       on!      on!      on!      on!   ",
  // The stacks of the ladder have none.
  monitor: "                 –       –         –        –        –        –     ",
};

/** Who takes over and what visitors see, from one rung (counted from 0) to another, both included. */
interface Seen {
  readonly failure: FailureId;
  readonly rungs: readonly [first: number, last: number];
  readonly takesOver: string;
  readonly safe: string;
  /** @default the same as `safe` */
  readonly unsafe?: string;
}

const onlyUntilThen = "Requests that need the database fail until then; all others are answered";
const noConnection = "Get no connection until then";
const nothing = "Notice nothing";

const seen: readonly Seen[] = [
  { failure: "instance-crash", rungs: [0, 0], takesOver: "Nobody; systemd", safe: "new ones are answered with 503" },
  {
    failure: "instance-crash",
    rungs: [1, 5],
    takesOver: "Another instance",
    safe: "on another instance at once; none fails",
    unsafe: "Requests under way fail; new ones go to another instance",
  },
  {
    failure: "instance-hang",
    rungs: [0, 0],
    takesOver: "Nobody; the watchdog kills it",
    safe: "then are answered with 503",
    unsafe: "Fail after at most",
  },
  {
    failure: "instance-hang",
    rungs: [1, 5],
    takesOver: "Another instance; the watchdog kills the one that hangs",
    safe: "wait 1.5 s, then another instance answers; none fails",
    unsafe: "Requests at that instance fail",
  },
  { failure: "bad-release", rungs: [0, 0], takesOver: "The old release", safe: "New ones are answered with 503" },
  {
    failure: "bad-release",
    rungs: [1, 5],
    takesOver: "The old release",
    safe: "Other instances answer, and no request fails",
  },
  // HAProxy goes with the machine; on a machine of its own it answers for those that are gone.
  { failure: "app-machine", rungs: [0, 1], takesOver: "Nobody", safe: noConnection },
  { failure: "app-machine", rungs: [2, 3], takesOver: "Nobody", safe: "All are answered with 503" },
  {
    failure: "app-machine",
    rungs: [4, 5],
    takesOver: "The other app machine",
    safe: "then another machine answers",
    unsafe: "Requests under way on the machine fail after at most",
  },
  { failure: "load-balancer-machine", rungs: [2, 4], takesOver: "Nobody", safe: noConnection },
  {
    failure: "load-balancer-machine",
    rungs: [5, 5],
    takesOver: "The other load balancer",
    safe: "new ones get no connection until then, and browsers try again",
    unsafe: "new ones get no connection until then",
  },
  {
    failure: "haproxy-process",
    rungs: [0, 4],
    takesOver: "Systemd",
    safe: "new connections are refused until then, and browsers try again",
    unsafe: "new connections are refused until then",
  },
  {
    failure: "haproxy-process",
    rungs: [5, 5],
    takesOver: "without it the other load balancer takes over",
    safe: "new connections are refused until then, and browsers try again",
    unsafe: "new connections are refused until then",
  },
  { failure: "database-process", rungs: [0, 5], takesOver: "Nobody; systemd starts it again", safe: onlyUntilThen },
  { failure: "connection-pool", rungs: [0, 5], takesOver: "Nobody; systemd starts it again", safe: onlyUntilThen },
  { failure: "database-machine", rungs: [3, 5], takesOver: "Nobody", safe: onlyUntilThen },
  { failure: "volume", rungs: [0, 5], takesOver: "Nobody; an encrypted Storage Box", safe: onlyUntilThen },
  {
    failure: "dropped-table",
    rungs: [0, 5],
    takesOver: "Nobody",
    safe: "Requests that need the table fail until then",
  },
  {
    failure: "backup-storage",
    rungs: [0, 5],
    takesOver: "Nobody; WAL for the storage waits on the volume",
    safe: nothing,
  },
  { failure: "private-network", rungs: [0, 1], takesOver: "Nobody needs to", safe: nothing },
  { failure: "private-network", rungs: [2, 5], takesOver: "Nobody", safe: "all are answered with 503 until then" },
  {
    failure: "cloud-api",
    rungs: [0, 4],
    takesOver: "Nobody needs to: running machines do not use the API",
    safe: nothing,
  },
  { failure: "cloud-api", rungs: [5, 5], takesOver: "But no floating IP can be moved", safe: nothing },
  { failure: "location", rungs: [0, 5], takesOver: "Nobody", safe: noConnection },
  {
    failure: "flood",
    rungs: [0, 5],
    takesOver: "answered with 429",
    safe: "Answered, if the source keeps to its limits",
  },
  { failure: "admin-laptop", rungs: [0, 5], takesOver: "Nobody: the laptop held the only SSH key", safe: nothing },
  { failure: "api-token", rungs: [2, 5], takesOver: "Hetzner's tokens are as wide as a project", safe: nothing },
  { failure: "pulumi-state", rungs: [0, 5], takesOver: "Nobody needs to", safe: nothing },
];

const failureIds = failures.map(({ id }) => id);
const settings = settingsFor({ app: { timeouts: { safe: 1.5 } }, database: { pool: true }, backup: {} });
const reports = ladder.map((rung) => makeReport(makeBlueprint(settingsOfRung(settings, rung)), options));
const entriesOf = (id: FailureId) => reports.map(({ failures }) => failures.find((entry) => entry.id === id));

const words: Readonly<Record<Service, string>> = { "goes on": "on", "stops and comes back": "back", stops: "stop" };
const cell = (entry: FailureEntry | undefined) =>
  entry ? words[entry.service] + (entry.singlePoints.length > 0 ? "!" : "") : "–";

test("the columns are the rungs that there are, and the rows the failures", () => {
  expect(ladder.map(({ name }) => name)).toEqual(columns);
  expect(Object.keys(services)).toEqual(failureIds);
});

test.each(failureIds)("%s: what becomes of the service on each rung, and whether one thing is to blame", (id) => {
  expect(entriesOf(id).map(cell)).toEqual(services[id].trim().split(/\s+/));
});

test.each(failureIds)("%s: who takes over and what visitors see, on each rung that has it", (id) => {
  const rows = seen.filter(({ failure }) => failure === id);
  for (const [rung, entry] of entriesOf(id).entries()) {
    const [row, ...more] = rows.filter(({ rungs: [first, last] }) => first <= rung && rung <= last);
    expect([columns[rung], more]).toEqual([columns[rung], []]);
    expect([columns[rung], row !== undefined]).toEqual([columns[rung], entry !== undefined]);
    if (!row || !entry) continue;
    expect(entry.takesOver).toContain(row.takesOver);
    expect(entry.visitors.safe).toContain(row.safe);
    expect(entry.visitors.unsafe).toContain(row.unsafe ?? row.safe);
  }
});

test("climbing ends with less that there is one of, and never has more of it than machines explain", () => {
  const points = reports.map(({ singlePoints }) => singlePoints.map(({ id }) => id));
  const always = ["volume", "database-content", "backup-storage", "location", "ssh-key", "pulumi-state"];
  expect(points).toEqual(
    [
      ["instance", "app-machine", ...always],
      ["app-machine", ...always],
      ["app-machine", "load-balancer-machine", "private-network", ...always],
      ["app-machine", "load-balancer-machine", "database-machine", "private-network", ...always],
      ["load-balancer-machine", "database-machine", "private-network", ...always],
      ["database-machine", "private-network", ...always],
    ].map((ids) => expect.arrayContaining(ids) as string[]),
  );
  expect(points.map(({ length }) => length)).toEqual([8, 7, 9, 10, 9, 8]);
});
