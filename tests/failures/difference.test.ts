import { differenceOf } from "../../failures/difference";
import { cheapestUseful, stepsUpFrom } from "../../failures/stepsUp";
import { options, reportOf, settingsFor, type Numbers } from "./stacks";

const changes = (before: Numbers, after: Numbers) => differenceOf(reportOf(before), reportOf(after));
const texts = (...args: Parameters<typeof changes>) => changes(...args).map(({ text }) => text);

test("nothing changed, nothing to say", () => {
  expect(changes({}, {})).toEqual([]);
});

test("a second load balancer: what it brings and what it costs", () => {
  const said = texts({ loadBalancers: 1 }, { loadBalancers: 2 });
  expect(said).toContain("The load balancer is no longer a single point of failure");
  expect(said).toContain("A load balancer machine fails: the service stops and comes back (before: it stops)");
  // A machine and its own address; the floating one was there.
  expect(said.at(-1)).toBe("+ 5.99 €/month");
});

test("and back again", () => {
  const back = differenceOf(reportOf({ loadBalancers: 2 }), reportOf({ loadBalancers: 1 }));
  expect(back[0]).toEqual({
    kind: "failure",
    effect: "worse",
    text: expect.stringContaining("The load balancer becomes a single point of failure") as string,
  });
  expect(back.at(-1)).toEqual({ kind: "price", effect: "better", text: "- 5.99 €/month" });
});

test("a second app machine also splits the files, and that is said", () => {
  const said = texts({ machines: 1 }, { machines: 2 });
  expect(said).toContain("The only app machine is no longer a single point of failure");
  expect(said).toContain("An app machine fails: the service goes on (before: it stops)");
  expect(said.some((text) => text.startsWith("Data: In files on each app machine"))).toBe(true);
  expect(said.at(-1)).toBe("+ 5.49 €/month");
});

test("a third app machine leaves more of them", () => {
  expect(changes({ machines: 2 }, { machines: 3 })).toEqual([
    { kind: "failure", effect: "better", text: "An app machine fails: 2 of 3 are left (before: 1 of 2)" },
    { kind: "price", effect: "worse", text: "+ 5.49 €/month" },
  ]);
});

test("a longer start timeout is a longer wait for a bad release", () => {
  expect(changes({ app: { startTimeout: 60 } }, { app: { startTimeout: 90 } })).toEqual([
    {
      kind: "failure",
      effect: "worse",
      text: "A release is bad: at most 95 s until the old release starts again (before: at most 65 s)",
    },
  ]);
});

test("giving up the load balancer's own machine takes its failure out of the report", () => {
  const said = texts({ loadBalancers: 1, machines: 1 }, { loadBalancers: 0, machines: 1 });
  expect(said).toContain("No longer possible: a load balancer machine fails");
  expect(said).toContain("Visitors come by the machine's own address, which is lost with the machine");
});

test("backups: what they bring and what they cost", () => {
  const said = texts({ database: {} }, { database: {}, backup: {} });
  expect(said).toContain("The only copy of the database is no longer a single point of failure");
  expect(said).toContain("New in the report: the backup storage fails");
  expect(said.at(-1)).toBe("+ 3.20 €/month");
});

test("a database on a machine of its own: what that changes", () => {
  const said = texts({ machines: 1, database: { machines: 0 } }, { machines: 1, database: { machines: 1 } });
  expect(said.some((text) => text.startsWith("The database machine becomes a single point of failure"))).toBe(true);
  expect(said).toContain("New in the report: the database machine fails");
  expect(said.at(-1)).toBe("+ 5.49 €/month");
});

describe("steps up", () => {
  const steps = (numbers: Numbers) => stepsUpFrom(settingsFor(numbers), reportOf(numbers), options);

  test("with one instance, the cheapest useful step is a second one, for nothing", () => {
    const next = cheapestUseful(steps({ machines: 1, instances: 1 }));
    expect(next).toMatchObject({ setting: "holdfast:app.instances", from: 1, to: 2, cents: 0 });
    expect(next?.changes[0]?.text).toBe("The only instance of the app is no longer a single point of failure");
  });

  test("with two instances it is an app machine", () => {
    expect(cheapestUseful(steps({ machines: 1 }))).toMatchObject({ setting: "holdfast:app.machines", cents: 549 });
  });

  test("what settings refuse is no step, and says why", () => {
    const [beyond] = steps({ instances: 32 }).filter(({ setting }) => setting === "holdfast:app.instances");
    expect(beyond?.refused).toContain("is more than 32");
    const [third] = steps({ loadBalancers: 2 }).filter(({ setting }) => setting === "holdfast:loadBalancer.machines");
    expect(third?.refused).toContain("is more than 2");
  });

  test("the database's own machine is a step where there is a database, and none where there is not", () => {
    const found = (numbers: Numbers) => steps(numbers).find(({ setting }) => setting === "holdfast:database.machines");
    expect(found({ machines: 1, database: { machines: 0 } })).toMatchObject({ from: 0, to: 1, cents: 549 });
    expect(found({ database: { machines: 1 } })?.refused).toContain("is more than 1");
    expect(found({})).toBeUndefined();
  });

  test("those that are possible come first, the cheapest of them at the top", () => {
    const list = steps({});
    const possible = list.filter(({ refused }) => refused === undefined);
    expect(list.slice(0, possible.length)).toEqual(possible);
    expect(possible.map(({ cents }) => cents)).toEqual(possible.map(({ cents }) => cents).sort((a, b) => a - b));
  });
});
