import fc from "fast-check";
import { keepalivedConf, type VrrpMember, vrrpTimings } from "../../../roles/loadBalancer/keepalived.conf";

const first: VrrpMember = { number: 1, privateAddress: "10.0.1.1", peers: ["10.0.1.2"] };
const second: VrrpMember = { number: 2, privateAddress: "10.0.1.2", peers: ["10.0.1.1"] };

test("the configuration of the first load balancer", () => {
  expect(keepalivedConf(first)).toMatchSnapshot();
});

test("both speak of one virtual router, and neither preempts", () => {
  const shared = (configuration: string) =>
    configuration.split("\n").filter((line) => /virtual_router_id|advert_int|state|nopreempt|\/32/.test(line));
  expect(shared(keepalivedConf(first))).toEqual(shared(keepalivedConf(second)));
  expect(shared(keepalivedConf(first))).toHaveLength(5);
});

function masterDownSeconds(member: Parameters<typeof vrrpTimings>[0]): number {
  const { advertInterval, missedAdverts, skew } = vrrpTimings(member);
  return missedAdverts * advertInterval + skew;
}

test("a silent peer is given up soon enough for a gap of 0.7 s with an API that takes 0.3 s", () => {
  for (const { number } of [first, second]) expect(masterDownSeconds({ number })).toBeLessThan(0.33);
});

test("the first machine of a pair gives up waiting before the second", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.05, max: 2, noNaN: true }), (advertInterval) => {
      expect(masterDownSeconds({ number: 1, advertInterval })).toBeLessThan(
        masterDownSeconds({ number: 2, advertInterval }),
      );
    }),
  );
});
