import { isIPv4, isIPv6 } from "node:net";

interface Range {
  readonly bits: 32 | 128;
  readonly address: bigint;
  readonly prefix: number;
}

/**
 * An address or range as the API writes it: IPv6 in lower case and shortened, addresses with /32 or /128. What is
 * neither comes back as it is; the checks complain about it.
 */
export function normaliseRange(text: string): string {
  const range = parse(text.includes("/") ? text : `${text}/${isIPv6(text) ? "128" : "32"}`);
  return range ? format(range) : text;
}

/** The range that contains the address: host bits cut, e.g. `10.0.9.5/24` → `10.0.9.0/24`. */
export function rangeAround(text: string): string {
  const range = parse(text);
  return range ? format({ ...range, address: start(range) }) : text;
}

/** For properties: what is wrong with a range in CIDR notation, if anything. */
export function rangeProblem(text: unknown): string | undefined {
  return parse(String(text)) ? undefined : `${JSON.stringify(text)} is not a range such as 10.0.0.0/16`;
}

/** A range that begins somewhere else than where its prefix says is a mistake, not a wish. */
export function rangeStartProblem(text: unknown): string | undefined {
  const written = normaliseRange(String(text));
  const range = parse(written);
  if (!range) return `${JSON.stringify(text)} is neither an address nor a range such as 10.0.0.0/16`;
  if (range.address === start(range)) return undefined;
  return `${JSON.stringify(text)} is not the start of its range; ${rangeAround(written)} is`;
}

/** Whether a range, or an address, lies in a range; false across families. */
export function contains(range: string, address: string): boolean {
  const [outer, inner] = [parse(range), parse(normaliseRange(address))];
  if (outer?.bits !== inner?.bits || !outer || !inner) return false;
  return start(outer) === start({ ...inner, prefix: outer.prefix });
}

/** An IPv6 address in the one way in which it is written in lower case and as short as possible. */
function shortenIpv6(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

function start({ bits, address, prefix }: Range): bigint {
  const hostBits = BigInt(bits - prefix);
  return (address >> hostBits) << hostBits;
}

function parse(text: string): Range | undefined {
  const [address, prefix, ...more] = text.split("/");
  if (more.length > 0 || !/^\d{1,3}$/.test(prefix)) return undefined;
  const bits = isIPv4(address) ? 32 : isIPv6(address) && !address.includes("%") ? 128 : undefined;
  if (!bits || Number(prefix) > bits) return undefined;
  const value = bits === 32 ? ipv4Value(address) : ipv6Value(address);
  return { bits, address: value, prefix: Number(prefix) };
}

function ipv4Value(address: string): bigint {
  return address.split(".").reduce((value, part) => value * 256n + BigInt(part), 0n);
}

function ipv6Value(address: string): bigint {
  const [head, tail = ""] = shortenIpv6(address).split("::");
  const [before, after] = [head, tail].map((side) => (side ? side.split(":") : []));
  const zeros = Array<string>(8 - before.length - after.length).fill("0");
  return [...before, ...zeros, ...after].reduce((value, part) => value * 65536n + BigInt(`0x${part}`), 0n);
}

function format({ bits, address, prefix }: Range): string {
  const size = bits === 32 ? 8 : 16;
  const parts = Array.from(
    { length: bits / size },
    (_, index) => (address >> BigInt(bits - size * (index + 1))) & ((1n << BigInt(size)) - 1n),
  );
  const written = bits === 32 ? parts.join(".") : shortenIpv6(parts.map((part) => part.toString(16)).join(":"));
  return `${written}/${String(prefix)}`;
}
