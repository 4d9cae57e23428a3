import { total } from "../../failures/figures";
import { failureIds } from "../../failures/types";
import { configurationOf } from "../../roles/configuration";
import { masterDownSeconds } from "../../roles/loadBalancer/keepalived.conf";
import type { RoleRenderer } from "../../roles/types";
import { entryOf, reportOf } from "./stacks";

const rungs = {
  "one machine for everything": { loadBalancers: 0, machines: 1, instances: 1 },
  "one instance": { loadBalancers: 1, machines: 1, instances: 1 },
  "two instances": { loadBalancers: 1, machines: 1, instances: 2 },
  "two app machines": { loadBalancers: 1, machines: 2, instances: 2 },
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
] as const)("%s: single points of failure", (rung, expected) => {
  expect(points(rung)).toEqual(expected);
});

test.each([
  ["instance-crash", ["stops and comes back", "stops and comes back", "goes on", "goes on"]],
  ["bad-release", ["stops and comes back", "stops and comes back", "goes on", "goes on"]],
  ["app-machine", ["stops", "stops", "stops", "goes on"]],
  ["load-balancer-machine", [undefined, "stops", "stops", "stops"]],
  ["instance-hang", ["stops and comes back", "stops and comes back", "goes on", "goes on"]],
  ["haproxy-process", Array(4).fill("stops and comes back")],
  ["private-network", ["goes on", "stops", "stops", "stops"]],
  ["cloud-api", Array(4).fill("goes on")],
  ["location", Array(4).fill("stops")],
  ["flood", Array(4).fill("goes on")],
  ["admin-laptop", Array(4).fill("goes on")],
  ["pulumi-state", Array(4).fill("goes on")],
] as const)("%s: what becomes of the service on each rung", (id, expected) => {
  const services = Object.values(rungs).map(
    (rung) => reportOf(rung).failures.find((entry) => entry.id === id)?.service,
  );
  expect(services).toEqual(expected);
});

test.each(failureIds)("%s: whoever stops has a single point of failure, and says who acts", (id) => {
  for (const rung of Object.values(rungs)) {
    const entry = reportOf(rung).failures.find((candidate) => candidate.id === id);
    if (!entry) continue;
    expect([entry.takesOver, entry.data, entry.person, entry.visitors.safe, entry.visitors.unsafe]).not.toContain("");
    if (entry.service === "stops") expect(entry.singlePoints).not.toEqual([]);
  }
});

describe("times are those of the rendered files", () => {
  const entry = (id: (typeof failureIds)[number], numbers = {}) => entryOf(reportOf(numbers), id);
  const seconds = (id: (typeof failureIds)[number]) => {
    const { time } = entry(id);
    return time && total(time.duration);
  };

  test("an instance that refuses, hangs or vanished is left out after 0.7, 1.5 and 1.7 s", () => {
    // inter 500ms, fastinter 200ms, fall 2; timeout check 400ms; timeout connect 500ms
    expect([seconds("instance-crash"), seconds("instance-hang"), seconds("app-machine")]).toEqual([0.7, 1.5, 1.7]);
  });

  test("a release that does not get ready is taken back after the app's own start timeout", () => {
    const { time } = entry("bad-release", { app: { startTimeout: 17 } });
    expect(time && total(time.duration)).toBe(17);
  });

  test("safe requests wait for as long as settings let them, and unsafe ones are cut with the instance", () => {
    const { visitors, promises } = entry("instance-hang", { app: { timeouts: { safe: 2.5, unsafe: 20 } } });
    expect(visitors.safe).toContain("wait 2.5 s");
    expect(visitors.unsafe).toContain("after at most 1.5 s");
    expect(promises).toEqual({ failed: 0, slowest: 2.5 });
  });

  test("requests to slow paths are not promised to be repeated", () => {
    expect(entry("instance-crash", { app: { slowPaths: ["/reports"] } }).visitors.safe).toContain(
      "those to /reports fare like unsafe ones",
    );
  });

  test("limits against floods are told as they are set", () => {
    const { takesOver, person, visitors } = entry("flood", {
      limits: { requestRatePerSource: 321, connections: 1000, connectionsPerSource: 30, queueTimeout: 3 },
    });
    expect(takesOver).toContain("321 requests in 10 s, 50 new connections in 3 s, 30 open ones");
    expect(person).toContain("About 34 sources");
    expect(visitors.safe).toContain("work on 400 at a time; more wait at most 3 s");
  });
});

describe("a pair", () => {
  const numbers = { loadBalancers: 2 };

  test("takes over after the slower member's time, and Hetzner's own is told apart as unknown", () => {
    const entry = entryOf(reportOf(numbers), "load-balancer-machine");
    expect(entry.service).toBe("stops and comes back");
    expect(entry.singlePoints).toEqual([]);
    expect(entry.time && total(entry.time.duration)).toBeCloseTo(masterDownSeconds({ number: 2 }), 3);
    expect(entry.time?.duration.unknown.join()).toContain("how long Hetzner takes to move a floating IP");
  });

  test("cannot move its address while the API is down", () => {
    const { takesOver } = entryOf(reportOf(numbers), "cloud-api");
    expect(takesOver).toContain("no floating IP can be moved");
  });

  test("is none as long as the machines get no keepalived and no claimer", () => {
    const half: RoleRenderer = (context) => {
      const { files, ...rest } = configurationOf(context);
      return {
        ...rest,
        files: Object.fromEntries(Object.entries(files).filter(([path]) => !path.includes("claimer"))),
      };
    };
    const entry = entryOf(reportOf(numbers, { render: half }), "load-balancer-machine");
    expect(entry.service).toBe("stops");
    expect(entry.takesOver).toContain("no way to take the address over");
  });
});

test("the report is honest about files on app machines", () => {
  expect(reportOf({ machines: 1 }).data).toContain("/var/lib/app");
  expect(reportOf({ machines: 2 }).data).toContain("each with its own");
  expect(entryOf(reportOf(), "app-machine").data).toContain("no copy and no backup");
});

test("an SSH key more, and the laptop is no single point of failure", () => {
  expect(entryOf(reportOf(), "admin-laptop").singlePoints).toHaveLength(1);
});
