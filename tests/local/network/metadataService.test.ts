import type { MachineSpec } from "../../../local/driver";
import { linkLocalAddress } from "../../../local/network/addresses";
import { machineOf } from "../../../local/network/metadataService";

const attached = (networkId: number, address: string, aliasIps: string[] = []) => ({
  networkId,
  address,
  aliasIps,
  mac: "86:00:00:00:00:01",
});
const machines = [
  { id: 1, publicIpv4: { address: "203.0.113.10" }, privateNetworks: [attached(5, "10.0.0.2", ["10.0.0.50"])] },
  { id: 2, privateNetworks: [attached(6, "10.0.0.2")] },
] as unknown as MachineSpec[];
const known = { machines, floatingIps: { "203.0.113.100": 1 } };

describe("who asks the metadata service", () => {
  test.each([
    ["a public address", "metadata", "203.0.113.10", 1],
    ["the link-local address of a machine without one", "metadata", linkLocalAddress(2), 2],
    ["a floating IP", "metadata", "203.0.113.100", 1],
    ["a private address in its own network", "metadata:5", "10.0.0.2", 1],
    ["the same private address in another network", "metadata:6", "10.0.0.2", 2],
    ["an alias IP", "metadata:5", "10.0.0.50", 1],
  ])("is known by %s", (_, relay, source, expected) => {
    expect(machineOf({ relay, source }, known)).toBe(expected);
  });

  test.each([
    ["the link-local address of a machine that has a public one", "metadata", linkLocalAddress(1)],
    ["a private address at the public relay", "metadata", "10.0.0.2"],
    ["an address of a network at another network's relay", "metadata:6", "10.0.0.50"],
  ])("is nobody for %s", (_, relay, source) => {
    expect(machineOf({ relay, source }, known)).toBeUndefined();
  });
});
