import fc from "fast-check";
import {
  contains,
  formatCidr,
  formatIpv4,
  formatIpv6,
  normalRange,
  overlaps,
  parseCidr,
  parseIpv4,
  parseIpv6,
} from "../../../local/api/service/cidr";
import { checkedLabels, parseSelector } from "../../../local/api/service/labels";
import { changedPtr, holdsAddress } from "../../../local/api/service/ips/dnsPtr";

const cidr = fc.tuple(fc.nat(0xffffffff), fc.integer({ min: 8, max: 32 })).map(([address, prefix]) => {
  const size = 2 ** (32 - prefix);
  const first = Math.floor(address / size) * size;
  return { first, last: first + size - 1, prefix };
});

describe("addresses", () => {
  test("every range is read as it is written", () => {
    fc.assert(
      fc.property(cidr, (range) => {
        expect(parseCidr(formatCidr(range))).toEqual(range);
        expect(parseIpv4(formatIpv4(range.last))).toBe(range.last);
      }),
    );
  });

  test("two ranges are apart, or one holds the other", () => {
    fc.assert(
      fc.property(cidr, cidr, (a, b) => {
        expect(overlaps(a, b)).toBe(contains(a, b) || contains(b, a));
        expect(overlaps(a, b)).toBe(overlaps(b, a));
      }),
    );
  });

  test.each(["", "10.0.0", "10.0.0.256", "10.0.0.01", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/8/8", "10.0.0.0/"])(
    "%s is not a range",
    (text) => {
      expect(parseCidr(text)).toBeUndefined();
    },
  );

  test("IPv6 is read as it is written, however long", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), (value) => {
        expect(parseIpv6(formatIpv6(value))).toBe(value);
      }),
    );
    expect(formatIpv6(parseIpv6("2001:0DB8:0:0:1:0:0:1") as bigint)).toBe("2001:db8::1:0:0:1");
    expect(normalRange("::/0")).toBe("::/0");
    expect(normalRange("2001:db8::1/64")).toBeUndefined();
    expect(normalRange("2001:db8::/129")).toBeUndefined();
    expect(normalRange("1::2::3/128")).toBeUndefined();
  });

  test("an address belongs to its own /64 only", () => {
    const ip = { type: "ipv6", ip: "2001:db8:0:1::/64", dnsPtr: {} } as const;
    expect(holdsAddress(ip, "2001:db8:0:1::1")).toBe(true);
    expect(holdsAddress(ip, "2001:db8:0:10::1")).toBe(false);
    expect(changedPtr(ip, "2001:db8:0:1::1", "a.example")).toEqual({ "2001:db8:0:1::1": "a.example" });
    expect(() => changedPtr(ip, "2001:db8:0:1::1", "no name")).toThrow("host name");
  });
});

describe("labels", () => {
  const word = fc.stringMatching(/^[a-z0-9]([a-z0-9._-]{0,5}[a-z0-9])?$/);

  test("a label is found by each way to ask for it, and by none that denies it", () => {
    fc.assert(
      fc.property(word, word, word, (key, value, other) => {
        fc.pre(value !== other);
        const labels = { [key]: value };
        const holds = (selector: string) => parseSelector(selector)(labels);
        for (const yes of [key, `${key}=${value}`, `${key} in (${other},${value})`, `${key}!=${other}`]) {
          expect([yes, holds(yes)]).toEqual([yes, true]);
        }
        for (const no of [`!${key}`, `${key}!=${value}`, `${key} notin (${value})`, `${key}==${other}`]) {
          expect([no, holds(no)]).toEqual([no, false]);
        }
      }),
    );
  });

  test.each(["a=b=c", "=a", "a in b", "a b", "-a", "a/b/c"])("%s is no selector", (selector) => {
    expect(() => parseSelector(selector)).toThrow("is not a label selector");
  });

  test("keys may have a DNS prefix, values up to 63 characters", () => {
    expect(checkedLabels({ "example.com/role": "web", empty: "" })).toEqual({ "example.com/role": "web", empty: "" });
    expect(() => checkedLabels({ "-a": "" })).toThrow("is not a label key");
    expect(() => checkedLabels({ a: "x".repeat(64) })).toThrow("is not a valid value");
  });
});
