/** An IPv4 range; `first` and `last` as unsigned numbers. */
export interface Cidr {
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
}

/** An IPv4 address as an unsigned number; `undefined` when the text is none. */
export function parseIpv4(text: string): number | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let value = 0;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return value;
}

/** The reverse of `parseIpv4`. */
export function formatIpv4(value: number): string {
  return [24, 16, 8, 0].map((shift) => String((value >>> shift) & 255)).join(".");
}

/** `undefined` when the text is no IPv4 range or has bits set after its prefix. */
export function parseCidr(text: string): Cidr | undefined {
  const [address, prefixText, ...rest] = text.split("/");
  const first = parseIpv4(address);
  if (first === undefined || rest.length > 0 || !/^(0|[1-9]\d?)$/.test(prefixText ?? "")) return undefined;
  const prefix = Number(prefixText);
  if (prefix > 32) return undefined;
  const size = 2 ** (32 - prefix);
  return first % size === 0 ? { first, last: first + size - 1, prefix } : undefined;
}

/** e.g. `10.0.1.0/24` */
export function formatCidr(range: Cidr): string {
  return `${formatIpv4(range.first)}/${String(range.prefix)}`;
}

/** Whether all of `inner` lies in `outer`. */
export function contains(outer: Cidr, inner: Cidr): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

/** Whether two ranges have an address in common. */
export function overlaps(a: Cidr, b: Cidr): boolean {
  return a.first <= b.last && b.first <= a.last;
}

/** Whether a single address, as a number, lies in the range. */
export function includes(range: Cidr, address: number): boolean {
  return range.first <= address && address <= range.last;
}

/** The ranges of RFC 1918: private networks lie inside one of them. */
export const privateRanges: readonly Cidr[] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map(
  (text) => parseCidr(text) as Cidr,
);

/** Next hop of the public interface of every server, hence reserved in every private network. */
export const publicGateway = parseIpv4("172.31.1.1") as number;

/** An IPv6 address as its 128 bits; `undefined` when the text is none (zones and embedded IPv4 are not taken). */
export function parseIpv6(text: string): bigint | undefined {
  const halves = text.toLowerCase().split("::");
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  const count = groups.flat().length;
  if (groups.flat().some((group) => !/^[0-9a-f]{1,4}$/.test(group))) return undefined;
  if (halves.length === 1 ? count !== 8 : count > 7) return undefined;
  const [head, tail = []] = groups;
  const all = [...head, ...Array<string>(8 - count).fill("0"), ...tail];
  return all.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

/** The short form of RFC 5952. */
export function formatIpv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => Number((value >> BigInt(112 - 16 * index)) & 0xffffn));
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const text = (part: number[]) => part.map((group) => group.toString(16)).join(":");
  if (best.start < 0) return text(groups);
  return `${text(groups.slice(0, best.start))}::${text(groups.slice(best.start + best.length))}`;
}

/** The range in its normal form when it is a valid IPv4 or IPv6 range without host bits, else `undefined`. */
export function normalRange(text: string): string | undefined {
  const range = parseCidr(text);
  if (range !== undefined) return formatCidr(range);
  const [address, prefixText, ...rest] = text.split("/");
  const value = parseIpv6(address);
  if (value === undefined || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(prefixText ?? "")) return undefined;
  const prefix = Number(prefixText);
  if (prefix > 128 || value % (1n << BigInt(128 - prefix)) !== 0n) return undefined;
  return `${formatIpv6(value)}/${String(prefix)}`;
}
