import { type FailureId, failures } from "../../failures/catalog";
import { total } from "../../failures/figures";
import { makeBlueprint } from "../../blueprint/blueprint";
import { makeReport } from "../../failures/report";
import { entryOf, options, reportOf, settingsFor } from "./stacks";

const rungs = {
  "one machine for everything": { loadBalancers: 0, machines: 1, instances: 1 },
  "one instance": { loadBalancers: 1, machines: 1, instances: 1 },
  "two instances": { loadBalancers: 1, machines: 1, instances: 2 },
  "two app machines": { loadBalancers: 1, machines: 2, instances: 2 },
  "a pair": { loadBalancers: 2, machines: 2, instances: 2 },
} as const;

/** The same with a database, on the machine and on one of its own, without and with backups. */
const dataRungs = {
  "all on one machine": { loadBalancers: 0, machines: 1, database: { machines: 0 } },
  "all on one machine, with backups": { loadBalancers: 0, machines: 1, database: { machines: 0 }, backup: {} },
  "a database machine and one app machine": { loadBalancers: 1, machines: 1, database: { machines: 1 } },
  "a database machine": { loadBalancers: 1, machines: 2, database: { machines: 1 } },
  "a database machine, with backups": { loadBalancers: 1, machines: 2, database: { machines: 1 }, backup: {} },
} as const;

const points = (name: keyof typeof rungs) => reportOf(rungs[name]).singlePoints.map(({ id }) => id);

test.each([
  ["one machine for everything", ["instance", "app-machine", "app-files", "location", "ssh-key", "pulumi-state"]],
  [
    "one instance",
    [
      "instance",
      "app-machine",
      "app-files",
      "load-balancer-machine",
      "private-network",
      "location",
      "ssh-key",
      "pulumi-state",
    ],
  ],
  [
    "two instances",
    ["app-machine", "app-files", "load-balancer-machine", "private-network", "location", "ssh-key", "pulumi-state"],
  ],
  [
    "two app machines",
    ["app-files", "load-balancer-machine", "private-network", "location", "ssh-key", "pulumi-state"],
  ],
  ["a pair", ["app-files", "private-network", "location", "ssh-key", "pulumi-state"]],
] as const)("%s: single points of failure", (rung, expected) => {
  expect(points(rung)).toEqual(expected);
});

test.each([
  ["all on one machine", ["volume", "database-copy", "database-content"]],
  ["all on one machine, with backups", ["volume", "database-content", "backup-storage"]],
  ["a database machine and one app machine", ["database-machine", "volume", "database-copy", "database-content"]],
  ["a database machine", ["database-machine", "volume", "database-copy", "database-content"]],
  ["a database machine, with backups", ["database-machine", "volume", "database-content", "backup-storage"]],
] as const)("%s: single points of failure of the data", (rung, expected) => {
  const found = reportOf(dataRungs[rung]).singlePoints.map(({ id }) => id);
  expect(found.filter((id) => /database|volume|backup|files/.test(id))).toEqual(expected);
});

test("the pool is a failure of its own, where there is one", () => {
  expect(reportOf({ database: {} }).failures.map(({ id }) => id)).not.toContain("connection-pool");
  const { service, time } = entryOf(reportOf({ database: { pool: true } }), "connection-pool");
  expect(service).toBe("stops and comes back");
  // pgbouncer.service: RestartSec
  expect(time && total(time.duration)).toBe(0.2);
});

test("a stack without a database says nothing about one", () => {
  const ids = reportOf().failures.map(({ id }) => id);
  expect(ids.filter((id) => /database|pool|volume|table|backup/.test(id))).toEqual([]);
});

test.each(failures.map(({ id }) => id))("%s: whoever stops has a single point of failure, and says who acts", (id) => {
  for (const rung of [...Object.values(rungs), ...Object.values(dataRungs)]) {
    const entry = reportOf(rung).failures.find((candidate) => candidate.id === id);
    if (!entry) continue;
    expect([entry.takesOver, entry.data, entry.person, entry.visitors.safe, entry.visitors.unsafe]).not.toContain("");
    if (entry.service === "stops") expect(entry.singlePoints).not.toEqual([]);
  }
});

describe("times are those of the rendered files", () => {
  const entry = (id: FailureId, numbers = {}) => entryOf(reportOf(numbers), id);
  const seconds = (id: FailureId) => {
    const { time } = entry(id);
    return time && total(time.duration);
  };

  test("an instance that refuses, hangs or vanished is left out after 0.7, 1.5 and 1.3 s", () => {
    // inter 500ms, fastinter 200ms, fall 2; timeout check 400ms; timeout connect 300ms
    expect([seconds("instance-crash"), seconds("instance-hang"), seconds("app-machine")]).toEqual([0.7, 1.5, 1.3]);
  });

  test("a release that does not get ready or stay so is taken back after the app's own times", () => {
    const { time } = entry("bad-release", { app: { startTimeout: 17, settleTime: 4 } });
    expect(time && total(time.duration)).toBe(21);
  });

  test("PostgreSQL is started again after its unit's pause; how long it reads its log is told apart as unknown", () => {
    const { time } = entry("database-process", { database: {} });
    expect(time && total(time.duration)).toBe(0.2);
    expect(time?.duration.unknown.join()).toContain("recovery from its log");
  });

  test("safe requests wait for as long as settings let them, and unsafe ones are cut with the instance", () => {
    const { visitors, promises } = entry("instance-hang", { app: { timeouts: { safe: 2.5, unsafe: 20 } } });
    expect(visitors.safe).toContain("wait 2.5 s");
    expect(visitors.unsafe).toContain("after at most 1.5 s");
    expect(promises).toMatchObject({ failed: 0, slowest: 2.5 });
  });

  test("requests to slow paths are not promised to be repeated", () => {
    expect(entry("instance-crash", { app: { slowPaths: ["/reports"] } }).visitors.safe).toContain(
      "requests to /reports are treated like unsafe ones",
    );
  });

  test("limits against floods are told as they are set", () => {
    const { takesOver, person, visitors } = entry("flood", {
      limits: { requestRatePerSource: 321, connections: 1000, connectionsPerSource: 30, queueTimeout: 3 },
    });
    expect(takesOver).toContain("321 requests in 10 s, 50 new connections in 3 s, 30 open ones");
    expect(person).toContain("About 34 sources");
    expect(visitors.safe).toContain("work on 400 at a time, and on as many unsafe ones; more wait at most 3 s");
  });
});

describe("a pair", () => {
  const numbers = { loadBalancers: 2 };

  test("takes over after the slower member's time, and Hetzner's own is told apart as unknown", () => {
    const entry = entryOf(reportOf(numbers), "load-balancer-machine");
    expect(entry.service).toBe("stops and comes back");
    expect(entry.singlePoints).toEqual([]);
    expect(entry.time && total(entry.time.duration)).toBe(0.322);
    expect(entry.time?.duration.unknown.join()).toContain("how long Hetzner takes to move a floating IP");
  });

  test("cannot move its address while the API is down", () => {
    const { takesOver } = entryOf(reportOf(numbers), "cloud-api");
    expect(takesOver).toContain("no floating IP can be moved");
  });
});

test("the report is honest about files on app machines", () => {
  expect(reportOf({ machines: 1 }).data).toContain("/var/lib/app");
  expect(reportOf({ machines: 2 }).data).toContain("each with its own");
  expect(entryOf(reportOf(), "app-machine").data).toContain("no copy and no backup");
});

describe("what is lost of the database", () => {
  const backup = { retentionDays: 14, storage: { location: "fsn1" } };
  const lost = (id: FailureId, more: object) => entryOf(reportOf({ database: {}, ...more }), id).data;

  test("without backups all of it with the volume, a table with a slip, everything with the location", () => {
    expect(lost("volume", {})).toBe("All of the database");
    expect(lost("dropped-table", {})).toBe("The table");
    expect(lost("location", {})).toContain("lost if the location does not return");
  });

  test("with backups a minute, and mistakes as old as backups are kept", () => {
    expect(lost("volume", { backup })).toContain("in the last 60 s");
    expect(lost("dropped-table", { backup })).toContain("for 14 days");
    expect(lost("location", { backup })).toContain("Storage Box in Falkenstein");
  });

  test("nothing when a machine or the process fails", () => {
    expect(lost("database-machine", {})).toContain("the volume outlives the machine");
    expect(lost("database-process", {})).toContain("None that was acknowledged");
    expect(lost("app-machine", { machines: 1, loadBalancers: 0, database: { machines: 0 } })).toContain(
      "None of the database",
    );
  });

  test("two places for backups: the loss of one takes none", () => {
    const s3 = { endpoint: "https://fsn1.your-objectstorage.com", bucket: "guestbook" };
    const entry = entryOf(reportOf({ database: {}, backup: { s3 } }), "backup-storage");
    expect(entry.singlePoints).toEqual([]);
    expect(entry.data).toContain("two places");
  });

  test("what waits on the volume while the storage is away grows with the volume", () => {
    const waiting = (volumeSize: number) =>
      entryOf(reportOf({ database: { volumeSize }, backup: {} }), "backup-storage").takesOver;
    expect(waiting(10)).toContain("up to 2560 MiB");
    expect(waiting(100)).toContain("up to 25600 MiB");
  });

  test("the backups' key is in Pulumi's state, and that is said", () => {
    expect(lost("pulumi-state", { backup })).toContain("holdfast backup key");
    expect(lost("pulumi-state", {})).not.toContain("backup");
  });
});

test("without a load balancer machine the private network counts as soon as the database is elsewhere", () => {
  const apart = entryOf(reportOf({ loadBalancers: 0, machines: 1, database: { machines: 1 } }), "private-network");
  expect(apart.service).toBe("stops");
  expect(apart.singlePoints[0]?.because).toContain("instances reach the database through it alone");
});

test("an SSH key more, and the laptop is no single point of failure", () => {
  expect(entryOf(reportOf(), "admin-laptop").singlePoints).toHaveLength(1);
});

test("a load balancer's stolen token deletes the backups too, unless they are in another project", () => {
  const settings = settingsFor({ database: {}, backup: {} });
  const data = (isApart: boolean) => {
    const backup = settings.backup && { ...settings.backup, isApart };
    return entryOf(makeReport(makeBlueprint({ ...settings, backup }), options), "api-token").data;
  };
  expect(data(false)).toContain("the Storage Box with the backups included");
  expect(data(true)).toContain("project; the Storage Box with the backups is in another project");
});
