import fc from "fast-check";
import { makeBlueprint } from "../../blueprint/blueprint";
import { factsOf } from "../../failures/facts";
import { billables, type Billable } from "../../failures/prices/billables";
import { priceOf } from "../../failures/prices/price";
import { priceList, reportOf, settingsFor } from "./stacks";

test("a stack costs what its parts cost", () => {
  const { price } = reportOf({ machines: 2 });
  expect(price.parts).toEqual([
    { what: "1 load balancer machine (cx23)", quantity: 1, cents: 549 },
    { what: "2 app machines (cx23)", quantity: 2, cents: 1098 },
    { what: "1 public IPv4 address", quantity: 1, cents: 50 },
    { what: "1 floating IPv4 address", quantity: 1, cents: 300 },
  ]);
  expect(price.total).toBe(1997);
  expect(price.unknown).toEqual([]);
});

test("one machine for everything is paid once, with its address", () => {
  const { parts } = reportOf({ loadBalancers: 0, machines: 1 }).price;
  expect(parts.map(({ what }) => what)).toEqual(["1 app machine (cx23)", "1 public IPv4 address"]);
});

test("a pair has two addresses and one that floats between them", () => {
  const { parts } = reportOf({ loadBalancers: 2 }).price;
  expect(parts.slice(2)).toEqual([
    { what: "2 public IPv4 addresses", quantity: 2, cents: 100 },
    { what: "1 floating IPv4 address", quantity: 1, cents: 300 },
  ]);
});

test("a database costs its machine and its volume, backups their Storage Box", () => {
  const { parts, total } = reportOf({
    machines: 1,
    database: { volumeSize: 20 },
    backup: { storage: { type: "bx21" } },
  }).price;
  expect(parts).toContainEqual({ what: "1 database machine (cx23)", quantity: 1, cents: 549 });
  expect(parts).toContainEqual({ what: "1 volume of 20 GB", quantity: 1, cents: 115 });
  expect(parts).toContainEqual({ what: "1 Storage Box (bx21)", quantity: 1, cents: 1090 });
  expect(total).toBe(3 * 549 + 50 + 300 + 115 + 1090);
});

test("a type that the list does not have makes the sum a lower bound, and is named", () => {
  const servers = Object.fromEntries(Object.entries(priceList.servers).filter(([name]) => name !== "cx33"));
  const parts = billables(factsOf(makeBlueprint(settingsFor({ app: { serverType: "cx33" } }))));
  const price = priceOf(parts, { ...priceList, servers });
  expect(price.total).toBe(899);
  expect(price.unknown).toEqual(["2 app machines (cx33)"]);
});

test("volumes are rounded up to whole cents, each for itself", () => {
  const volume: Billable = { kind: "volume", what: "2 volumes", quantity: 2, size: 11 };
  // 11 GB at 4.4 cents are 48.4 cents.
  expect(priceOf([volume], { ...priceList, volumeGb: 440 }).total).toBe(98);
});

test("the sum is that of the parts, in whole cents, whatever there is", () => {
  const kinds = fc.constantFrom("server", "primaryIpv4", "floatingIpv4", "floatingIpv6", "volume");
  const billable = fc.record({
    kind: kinds as fc.Arbitrary<Billable["kind"]>,
    what: fc.string(),
    quantity: fc.integer({ min: 1, max: 200 }),
    serverType: fc.constantFrom("cx23", "cx33", "nothing"),
    size: fc.integer({ min: 10, max: 10_240 }),
  });
  fc.assert(
    fc.property(fc.array(billable, { maxLength: 20 }), (list) => {
      const { parts, total } = priceOf(list, priceList);
      expect(Number.isInteger(total)).toBe(true);
      expect(total).toBe(parts.reduce((sum, { cents = 0 }) => sum + cents, 0));
    }),
  );
});
