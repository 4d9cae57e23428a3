import fc from "fast-check";
import { addressPlan, linkLocalAddress, METADATA_ADDRESS, SLOTS } from "../../../local/network/addresses";

const slots = Array.from({ length: SLOTS }, (_, slot) => slot);
const number = (address: string) => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

function span(cidr: string): [number, number] {
  const [network = "", length = "32"] = cidr.split("/");
  return [number(network), number(network) + 2 ** (32 - Number(length)) - 1];
}

describe("the addresses of local clouds", () => {
  test("are from the ranges that are reserved for documentation", () => {
    for (const plan of slots.map(addressPlan)) {
      expect(plan.publicIpv4).toMatch(/^203\.0\.113\./);
      expect(plan.visitors.ipv4).toMatch(/^198\.51\.100\./);
      expect(plan.publicIpv6).toMatch(/^2001:db8:/);
    }
  });

  test.each(["publicIpv4", "visitors"] as const)("never overlap between slots: %s", (which) => {
    const spans = slots.map((slot) => {
      const plan = addressPlan(slot);
      return span(which === "visitors" ? plan.visitors.ipv4 : plan.publicIpv4);
    });
    const sorted = spans.sort((a, b) => a[0] - b[0]);
    for (const [index, [first]] of sorted.entries()) expect(first).toBeGreaterThan(sorted[index - 1]?.[1] ?? -1);
  });

  test("keep servers, floating IPs, Storage Boxes and the ends of each range apart", () => {
    for (const { primaryIpv4, floatingIpv4, storageBoxIpv4, publicIpv4 } of slots.map(addressPlan)) {
      const [first, last] = span(publicIpv4);
      const ranges = [primaryIpv4, floatingIpv4, storageBoxIpv4].sort((a, b) => number(a.first) - number(b.first));
      const ends = [first, ...ranges.flatMap((range) => [range.first, range.last].map(number)), last];
      expect(ends).toEqual([...ends].sort((a, b) => a - b));
      expect(new Set(ends).size).toBe(ends.length);
    }
  });

  test("give visitors addresses of their range that nobody else has", () => {
    for (const plan of slots.map(addressPlan)) {
      const [first, last] = span(plan.visitors.ipv4);
      const all = [plan.edge.ipv4, plan.host.ipv4, plan.packages.ipv4, ...plan.visitorIpv4];
      expect(new Set(all).size).toBe(all.length);
      for (const address of all) {
        expect(number(address)).toBeGreaterThan(first);
        expect(number(address)).toBeLessThan(last);
      }
    }
  });

  test("have a /64 for each server and floating IP, and none twice", () => {
    fc.assert(
      fc.property(fc.nat(0xdffe), fc.nat(0xdffe), fc.nat(0x0ffe), (one, other, floating) => {
        const plan = addressPlan(0);
        expect(plan.primaryIpv6(one) === plan.primaryIpv6(other)).toBe(one === other);
        expect(plan.floatingIpv6(floating)).not.toBe(plan.primaryIpv6(one));
        expect(plan.visitors.ipv6).not.toBe(plan.floatingIpv6(floating));
      }),
    );
    expect(() => addressPlan(0).primaryIpv6(0xdfff)).toThrow("from 0 to 57342");
  });

  test("do not exist for a slot that does not exist", () => {
    expect(() => addressPlan(SLOTS)).toThrow(`slot ${SLOTS}`);
    expect(() => addressPlan(-1)).toThrow("from 0 to");
  });
});

test("link-local addresses are valid, differ between machines, and are never the metadata service's", () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 63_249 }), (id, distance) => {
      const address = linkLocalAddress(id);
      expect(address).toMatch(/^169\.254\.([1-9]\d?|1\d\d|2[0-4]\d|250)\.([1-9]\d?|1\d\d|2[0-4]\d|25[0-3])$/);
      expect(address).not.toBe(METADATA_ADDRESS);
      expect(linkLocalAddress(id + distance)).not.toBe(address);
    }),
  );
});
