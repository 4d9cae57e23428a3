import { type CaaRecord, promises } from "node:dns";
import { join } from "node:path";
import { UserError } from "../../lib/errors";
import { lastLines, run } from "../../lib/run";
import { visitorCommand } from "../../stack/local/visitors";

/** What DNS says about one name. */
export interface DnsRecords {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  /** Who may issue certificates for it; absent: everybody. */
  readonly caa?: { readonly of: string; readonly records: readonly CaaRecord[] };
  /** Questions without an answer, e.g. `CAA of example.com: ESERVFAIL`. */
  readonly unanswered: readonly string[];
}

/** Asks about names. */
export type LookUp = (names: readonly string[]) => Promise<Readonly<Record<string, DnsRecords>>>;

/** Codes that are an answer: the name is not there, or has no such record. */
const nothing = ["ENOTFOUND", "ENODATA"];

/**
 * Asks the servers that this computer asks.
 *
 * @param servers others, each as `address:port`
 */
export function lookUpHere(servers?: readonly string[]): LookUp {
  return async (names) => {
    const resolver = new promises.Resolver({ timeout: 3000, tries: 2 });
    if (servers) resolver.setServers(servers);
    const asked = names.map(async (name) => [name, await ask(resolver, name)] as const);
    return Object.fromEntries(await Promise.all(asked));
  };
}

/** Asks on the visitors' side of a local cloud. */
export function lookUpInLocalCloud(cloud: string): LookUp {
  return async (names) => {
    const checkout = join(__dirname, "../..");
    const node = [process.execPath, "--require", `${checkout}/node_modules/ts-node/register`, __filename, ...names];
    const [program = "", ...args] = visitorCommand(cloud, node);
    const answer = await run(program, args, { cwd: checkout });
    if (answer.code !== 0) throw new UserError(`the local cloud's names cannot be asked: ${lastLines(answer)}`);
    return JSON.parse(answer.stdout) as Record<string, DnsRecords>;
  };
}

async function ask(resolver: promises.Resolver, name: string): Promise<DnsRecords> {
  const unanswered: string[] = [];
  const answer = async <T>(what: string, question: Promise<T[]>): Promise<T[]> => {
    try {
      return await question;
    } catch (error) {
      const { code = String(error) } = error as { code?: string };
      if (!nothing.includes(code)) unanswered.push(`${what}: ${code}`);
      return [];
    }
  };
  const [ipv4, ipv6] = await Promise.all([
    answer(`A of ${name}`, resolver.resolve4(name)),
    answer(`AAAA of ${name}`, resolver.resolve6(name)),
  ]);
  // The nearest name that has any counts for all below it (RFC 8659).
  for (const of of withParents(name)) {
    const records = await answer(`CAA of ${of}`, resolver.resolveCaa(of));
    if (records.length > 0) return { ipv4, ipv6, caa: { of, records }, unanswered };
  }
  return { ipv4, ipv6, unanswered };
}

/** `a.example.com` → itself, `example.com`, `com` */
function withParents(name: string): string[] {
  const parts = name.split(".");
  return parts.map((_, index) => parts.slice(index).join("."));
}

if (require.main === module) {
  void lookUpHere()(process.argv.slice(2)).then((found) => process.stdout.write(JSON.stringify(found)));
}
