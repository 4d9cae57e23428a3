import { serviceProblem, standInProblem } from "../../../cli/up/serving";
import { makeStatus } from "../../../stack/status/status";
import type { Probe } from "../../../stack/status/probe";
import { app, balancer, firstOut, noon, statusWith } from "../../stack/status/fixture";

/** HAProxy's word for some instances; `UP` for the others. */
const seen = (words: Readonly<Record<string, string>>): Partial<Probe> => ({
  haproxy: (balancer(true).haproxy ?? []).map((one) => ({ ...one, status: words[one.name] ?? one.status })),
});

test("where all is well nobody lacks anything", () => {
  const status = statusWith();
  for (const { name } of status.machines) {
    expect(serviceProblem(status, name)).toBeUndefined();
    expect(standInProblem(status, name)).toBeUndefined();
  }
});

test("a machine that does not answer, and one that is not there", () => {
  const status = statusWith({ "app-1": { unreachable: "10.0.1.41 does not answer" } });
  expect(serviceProblem(status, "app-1")).toBe("app-1: 10.0.1.41 does not answer");
  expect(serviceProblem(status, "app-7")).toBe("app-7: it is not in the stack's state");
});

test("an app machine serves when each load balancer sends visitors to each of its instances", () => {
  const down = statusWith({ "load-balancer-2": { probe: balancer(false, seen({ "app-1-2": "DOWN" })) } });
  expect(serviceProblem(down, "app-1")).toBe(
    "app-1-2 gets no visitors: load-balancer-1 says UP, load-balancer-2 says DOWN",
  );
  expect(serviceProblem(down, "app-2")).toBeUndefined();
  const booting = {
    "app-1": { probe: app({ instances: undefined, unanswered: { instances: "no answer within 1 s" } }) },
  };
  expect(serviceProblem(statusWith(booting), "app-1")).toBe("app-1: no answer within 1 s");
});

test("nobody waits for an instance that a person keeps out, but for one of a roll-out", () => {
  const drained = { "load-balancer-1": { probe: balancer(true, seen({ "app-1-1": "DRAIN" })) } };
  const person = firstOut(noon);
  expect(serviceProblem(statusWith({ ...drained, "app-1": { probe: app(person) } }), "app-1")).toBeUndefined();
  const rollOut = (person.instances ?? []).map((one) => ({
    ...one,
    holds: one.holds.map((hold) => ({ ...hold, owner: "roll-out" as const })),
  }));
  expect(
    serviceProblem(statusWith({ ...drained, "app-1": { probe: app({ instances: rollOut }) } }), "app-1"),
  ).toContain("DRAIN");
});

test.each<[string, Partial<Probe>, string]>([
  ["HAProxy is not up yet", { haproxy: undefined, unanswered: { haproxy: "refused" } }, "load-balancer-2: refused"],
  [
    "its floating IP keeper does not answer",
    { keeper: undefined },
    "load-balancer-2: its floating IP keeper gives no answer",
  ],
  [
    "it may not become master",
    { keeper: { master: false, fit: false, outSince: null } },
    "load-balancer-2 may not have the floating IP",
  ],
  ["keepalived", { failedUnits: ["keepalived.service"] }, "load-balancer-2: keepalived has failed"],
  [
    "an instance that the other one sees is not in its rotation",
    seen({ "app-2-1": "DOWN 1/2" }),
    "load-balancer-2 does not send visitors to app-2-1: DOWN 1/2",
  ],
])("a load balancer that lacks something: %s", (_, probe, lack) => {
  const status = statusWith({ "load-balancer-2": { probe: balancer(false, probe) } });
  expect(serviceProblem(status, "load-balancer-2")).toBe(lack);
  expect(standInProblem(status, "load-balancer-1")).toBe(lack);
});

test("a load balancer is not made to wait for an instance that is down for everybody", () => {
  const words = seen({ "app-2-1": "DOWN" });
  const status = statusWith({
    "load-balancer-1": { probe: balancer(true, words) },
    "load-balancer-2": { probe: balancer(false, words) },
  });
  expect(serviceProblem(status, "load-balancer-2")).toBeUndefined();
});

test("a database machine serves when PostgreSQL and its pool take connections", () => {
  const lack = (probe: Partial<Probe>) => {
    const machines = [{ name: "database-1", roles: ["database"] }];
    const answers = new Map([["database-1", { probe: app({ instances: null, ...probe }) }]]);
    const known = { stack: "prod", url: null, machines, floatingIps: [] };
    return serviceProblem(makeStatus(known, answers, { unknown: "not asked" }), "database-1");
  };
  expect(lack({ database: { accepts: true } })).toBeUndefined();
  expect(lack({ database: { accepts: true }, pool: { accepts: true } })).toBeUndefined();
  expect(lack({ database: { accepts: false } })).toBe("database-1: PostgreSQL takes no connections");
  expect(lack({ database: undefined, unanswered: { database: "late" } })).toBe("database-1: late");
  expect(lack({ database: { accepts: true }, pool: { accepts: false } })).toContain("the pool in front of PostgreSQL");
});

test("one other machine that serves is enough, and where there is none nobody waits", () => {
  const dead = { unreachable: "does not answer" };
  const status = statusWith({ "app-2": dead });
  expect(standInProblem(status, "app-1")).toBe("app-2: does not answer");
  expect(standInProblem(status, "app-2")).toBeUndefined();
  const { machines } = status;
  const alone = { ...status, machines: machines.filter(({ name }) => name !== "app-2") };
  expect(standInProblem(alone, "app-1")).toBeUndefined();
  const many = { ...status, machines: [...machines, { ...machines[2], name: "app-3" } as (typeof machines)[number]] };
  expect(standInProblem(many, "app-1")).toBeUndefined();
});
