import fc from "fast-check";
import {
  contains,
  normaliseRange,
  rangeAround,
  rangeProblem,
  rangeStartProblem,
} from "../../../../local/standIns/hcloud/addresses";

const ipv4 = fc.ipV4();
const ipv6 = fc.ipV6().filter((address) => !address.includes("."));

test("addresses get the prefix that means just them", () => {
  expect(normaliseRange("10.0.0.1")).toBe("10.0.0.1/32");
  expect(normaliseRange("2001:DB8:0:0::1")).toBe("2001:db8::1/128");
  expect(normaliseRange("2001:DB8::/32")).toBe("2001:db8::/32");
});

test("writing a range the one way twice changes nothing", () => {
  fc.assert(
    fc.property(fc.oneof(ipv4, ipv6), (address) => {
      const once = normaliseRange(address);
      expect(normaliseRange(once)).toBe(once);
      expect(rangeStartProblem(once)).toBeUndefined();
    }),
  );
});

test("a range contains the address that it was cut from, and begins at its start", () => {
  const anywhere = fc.oneof(
    fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })),
    fc.tuple(ipv6, fc.integer({ min: 0, max: 128 })),
  );
  fc.assert(
    fc.property(anywhere, ([address, prefix]) => {
      const range = rangeAround(`${address}/${String(prefix)}`);
      expect(contains(range, address)).toBe(true);
      expect(rangeStartProblem(range)).toBeUndefined();
      expect(rangeAround(range)).toBe(range);
    }),
  );
});

test("what is no range is told", () => {
  for (const text of ["10.0.0.0", "10.0.0.0/33", "10.0.0/8", "a/b", "10.0.0.0/8/8", "::/129", ""]) {
    expect(rangeProblem(text)).toContain("is not a range");
  }
  expect(rangeProblem("::/0")).toBeUndefined();
  expect(rangeStartProblem("10.0.0.5/24")).toContain("10.0.0.0/24 is");
  expect(contains("10.0.0.0/8", "::1")).toBe(false);
});
