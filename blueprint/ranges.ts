import { BlockList, isIP, isIPv4 } from "node:net";

/** A range of addresses in CIDR form. */
export interface Range {
  readonly address: string;
  readonly prefix: number;
  readonly family: 4 | 6;
}

/** Parses `address/prefix`; nothing when it is not a range. */
export function parseRange(text: string): Range | undefined {
  const [address, length, ...rest] = text.split("/");
  if (address === undefined || length === undefined || rest.length > 0 || !/^\d{1,3}$/.test(length)) return undefined;
  const family = isIP(address);
  const prefix = Number(length);
  if (family === 0 || prefix > (family === 4 ? 32 : 128)) return undefined;
  return { address, prefix, family: family as 4 | 6 };
}

/** The bits of an address, 32 or 128 of them, as one number. */
function bits(address: string): bigint {
  if (isIPv4(address)) return address.split(".").reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  const [head = "", tail] = withHexTail(address).split("::");
  const groups = (part: string | undefined) => (part ? part.split(":") : []);
  const front = groups(head);
  const back = groups(tail);
  const zeros = Array<string>(tail === undefined ? 0 : 8 - front.length - back.length).fill("0");
  return [...front, ...zeros, ...back].reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

/** `::ffff:10.0.0.1` → `::ffff:a00:1` */
function withHexTail(address: string): string {
  return address.replace(/\d+\.\d+\.\d+\.\d+$/, (ipv4) => {
    const value = bits(ipv4);
    return `${(value >> 16n).toString(16)}:${(value & 65_535n).toString(16)}`;
  });
}

/** Whether the bits after the prefix are zero; `10.0.0.5/8` hints at a slip. */
export function isNetworkAddress({ address, prefix, family }: Range): boolean {
  const hostBits = BigInt((family === 4 ? 32 : 128) - prefix);
  return (bits(address) & ((1n << hostBits) - 1n)) === 0n;
}

/** Whether an address lies in one of the ranges. */
export function contains(ranges: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const range of ranges.map(parseRange)) {
    if (range) list.addSubnet(range.address, range.prefix, range.family === 4 ? "ipv4" : "ipv6");
  }
  return list.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}
