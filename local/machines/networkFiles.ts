import type { MachineSpec } from "../driver";
import type { AddressPlan } from "../network/addresses";
import { hasPublicSide } from "../network/vethPairs";

/** Files that tell a machine of the local cloud's own services, by their path; they depend on its public addresses. */
export function networkFiles(machine: MachineSpec, { packages }: AddressPlan): Record<string, string> {
  const address = machine.publicIpv4 === undefined ? packages.ipv6 : packages.ipv4;
  const reachable = hasPublicSide(machine);
  return {
    "/etc/apt/apt.conf.d/90local-cloud": reachable
      ? aptConfiguration(address)
      : "// This machine has no public address, so no way to packages.\n",
    "/etc/resolv.conf": reachable ? resolverConfiguration(address) : noResolver,
  };
}

function aptConfiguration(address: string): string {
  const host = address.includes(":") ? `[${address}]` : address;
  return `// The local cloud's only way out: Debian packages.\nAcquire::http::Proxy "http://${host}:80";\n`;
}

/** TCP, because that is what relays carry. */
function resolverConfiguration(address: string): string {
  return `# The local cloud's own names, and no others.\nnameserver ${address}\noptions use-vc timeout:2 attempts:2\n`;
}

/** Names fail at once instead of timing out. */
const noResolver = "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n";
