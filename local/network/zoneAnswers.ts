import type { Answer } from "dns-packet";
import type { RecordSet, ZoneSpec } from "../driver";

/** What there is at a name, and where names without a dot at their end begin. */
interface Found {
  readonly origin: string;
  readonly sets: readonly RecordSet[];
}

/** Gives what there is at a name in lower case; nothing: there is no such name. */
export type Find = (name: string) => Found | undefined;

/** CNAME records that are followed; a circle ends here. */
const furthest = 8;

/** What the zones say of names. */
export function findIn(zones: readonly ZoneSpec[]): Find {
  return (name) => {
    const zone = zones.find((one) => name === one.name || name.endsWith(`.${one.name}`));
    if (!zone) return undefined;
    const inside = name === zone.name ? "@" : name.slice(0, -zone.name.length - 1);
    const sets = at(zone, inside);
    return sets && { origin: zone.name, sets };
  };
}

function at({ sets }: ZoneSpec, name: string): RecordSet[] | undefined {
  const here = sets.filter((set) => set.name === name);
  if (here.length > 0) return here;
  // A name exists when there is one below it; then no wildcard stands for it (RFC 4592).
  if (sets.some((set) => set.name.endsWith(`.${name}`))) return [];
  const labels = name.split(".");
  for (let cut = 1; cut <= labels.length; cut++) {
    const above = labels.slice(cut).join(".");
    const wild = sets.filter((set) => set.name === (above === "" ? "*" : `*.${above}`));
    if (wild.length > 0) return wild;
    if (sets.some((set) => set.name === above || set.name.endsWith(`.${above}`))) return undefined;
  }
  return undefined;
}

/** The answers to a question, CNAME records that lead to them included; nothing: there is no such name. */
export function answersOf(asked: string, type: string, find: Find): Answer[] | undefined {
  const answers: Answer[] = [];
  let name = asked;
  for (let step = 0; step < furthest; step++) {
    const found = find(name.toLowerCase());
    if (!found) return step === 0 ? undefined : answers;
    const { origin, sets } = found;
    const direct = sets.filter((set) => set.type === type);
    const used = direct.length > 0 ? direct : sets.filter((set) => set.type === "CNAME");
    for (const set of used) {
      answers.push(...set.values.flatMap((value) => toAnswer(name, set, value, origin)));
    }
    if (direct.length > 0 || used.length === 0) return answers;
    name = whole(used[0]?.values[0] ?? "", origin);
  }
  return answers;
}

/** Types that are not here get no answer. */
function toAnswer(name: string, { type, ttl }: RecordSet, value: string, origin: string): Answer[] {
  const words = value.split(" ");
  const [first = "", second = "", third = "", fourth = ""] = words;
  switch (type) {
    case "A":
    case "AAAA":
      return [{ type, name, ttl, data: value }];
    case "CNAME":
    case "NS":
    case "PTR":
      return [{ type, name, ttl, data: whole(value, origin) }];
    case "MX":
      return [{ type, name, ttl, data: { preference: Number(first), exchange: whole(second, origin) } }];
    case "SRV": {
      const target = whole(fourth, origin);
      return [
        { type, name, ttl, data: { priority: Number(first), weight: Number(second), port: Number(third), target } },
      ];
    }
    case "TXT":
      return [
        { type, name, ttl, data: [...value.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) => unescaped(text)) },
      ];
    case "CAA":
      return [{ type, name, ttl, data: { flags: Number(first), tag: second as "issue", value: third.slice(1, -1) } }];
    case "SOA": {
      const [serial, refresh, retry, expire, minimum] = words.slice(2).map(Number);
      const [mname, rname] = [whole(first, origin), whole(second, origin)];
      return [{ type, name, ttl, data: { mname, rname, serial, refresh, retry, expire, minimum } }];
    }
    default:
      return [];
  }
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, "$1");
}

/** A host name of a record, without a dot at its end. */
function whole(name: string, origin: string): string {
  if (name === "@") return origin;
  return name.endsWith(".") ? name.slice(0, -1) : `${name}.${origin}`;
}
