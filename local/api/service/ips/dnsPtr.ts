import { normalRange, parseIpv4 } from "../cidr";
import { found, typeOf } from "../cloud";
import { invalidField } from "../errors";
import { call, type Operations } from "../operation";
import { started } from "../resource";
import type { IpType } from "../rows";

interface PointedIp {
  readonly type: IpType;
  readonly ip: string;
  readonly dnsPtr: Readonly<Record<string, string>>;
}

/** The reverse name of an IPv4 address for which none was set. */
export function defaultPtr(ip: string): string {
  return `static.${ip.split(".").reverse().join(".")}.clients.holdfast.example`;
}

/** An IPv4 address always has its entry, an IPv6 network has those that were made. */
export function dnsPtrList(ip: PointedIp): { ip: string; dns_ptr: string }[] {
  if (ip.type === "ipv4") return [{ ip: ip.ip, dns_ptr: ip.dnsPtr[ip.ip] ?? defaultPtr(ip.ip) }];
  return Object.entries(ip.dnsPtr).map(([address, name]) => ({ ip: address, dns_ptr: name }));
}

/** Whether the address is this IP's, or inside its /64. */
export function holdsAddress(ip: PointedIp, address: string): boolean {
  if (ip.type === "ipv4") return ip.ip === address && parseIpv4(address) !== undefined;
  const host = normalRange(`${address}/128`);
  if (host === undefined) return false;
  const network = ip.ip.slice(0, ip.ip.indexOf("::"));
  return host.startsWith(`${network}:`);
}

const hostname = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

/** The entries after a change; `null` takes one away. @throws invalid_input */
export function changedPtr(ip: PointedIp, address: string, name: string | null): Record<string, string> {
  if (!holdsAddress(ip, address)) throw invalidField("ip", `"${address}" does not belong to ${ip.ip}`);
  if (name !== null && !hostname.test(name)) throw invalidField("dns_ptr", `"${name}" is no host name`);
  const others = Object.entries(ip.dnsPtr).filter(([present]) => present !== address);
  return Object.fromEntries(name === null ? others : [...others, [address, name]]);
}

/** The operation that sets a reverse name. The IP may be busy with something else. */
export function changeDnsPtr(table: "floating_ips" | "primary_ips"): Operations {
  return {
    [`POST /${table}/{id}/actions/change_dns_ptr`]: call(
      (cloud, body: { ip: string; dns_ptr: string | null }, { id }) => {
        const ip = found(cloud, table, id);
        cloud.store.put(table, { ...ip, dnsPtr: changedPtr(ip, body.ip, body.dns_ptr) });
        return started(cloud, "change_dns_ptr", [{ type: typeOf[table], id: ip.id }]);
      },
    ),
  };
}
