import type { CaaRecord } from "node:dns";
import type { Https } from "../../../blueprint/resolve/https";
import { contains } from "../../../blueprint/ranges";
import { type Check, type CheckContext, type Finding, note, ok, problem } from "../check";
import type { DnsRecords } from "../dns";

/** The addresses that visitors shall come to, as ranges: a server and a floating IP have a whole IPv6 network. */
type Ours = readonly string[];

/**
 * Whether the hosts of https lead here, and whether DNS lets the authority issue certificates for them. It is asked before
 * the authority is: there a refusal counts. A name that leads nowhere, or elsewhere with all its addresses, may be one that
 * moves here tomorrow.
 */
export const hosts: Check = async (context) => {
  const { https } = context.blueprint.settings;
  if (!https || https.hosts.length === 0) return [];
  const [found, ours] = [await context.lookUp(https.hosts), addresses(context)];
  return https.hosts.flatMap((host) => {
    const records = found[host];
    if (!records) return [];
    if (records.unanswered.length > 0) {
      return [
        problem(
          `DNS gives no answer about ${host} (${records.unanswered.join(", ")}), and an authority would get none either`,
          "see at your registrar which name servers the domain has, and whether they answer",
        ),
      ];
    }
    return [way(host, records, ours, https), ...permission(host, records, https)];
  });
};

/** Nothing while the stack was never made. */
function addresses({ resources, blueprint }: CheckContext): Ours {
  const outputs = (type: string) =>
    resources.filter((one) => one.type === type).map((one) => one.outputs as Record<string, string | undefined>);
  const shared = outputs("hcloud:index/floatingIp:FloatingIp").map(({ ipAddress }) => ipAddress);
  const first = blueprint.machines.find(({ roles }) => roles.includes("loadBalancer"))?.serverName;
  const own = outputs("hcloud:index/server:Server")
    .filter(({ name }) => name === first)
    .flatMap(({ ipv4Address, ipv6Address }) => [ipv4Address, ipv6Address]);
  return (shared.length > 0 ? shared : own)
    .filter((one) => one !== undefined && one !== "")
    .map((one) => `${String(one).replace(/\/\d+$/, "")}/${String(one).includes(":") ? 64 : 32}`);
}

function way(host: string, { ipv4, ipv6 }: DnsRecords, ours: Ours, { behind }: Https): Finding {
  const all = [...ipv4, ...ipv6];
  const wanted = ours.find((range) => range.endsWith("/32"))?.replace("/32", "");
  const set = wanted === undefined ? "the address that the first `pulumi up` shows" : wanted;
  if (all.length === 0) {
    const to = behind ? "what stands in front of this stack" : set;
    return note(`${host} has no address in DNS yet, and gets no certificate until then`, `let it lead to ${to}`);
  }
  if (behind) return ok(`${host} leads to ${all.join(", ")}, in front of this stack`);
  if (wanted === undefined) return note(`${host} leads to ${all.join(", ")}; this stack has no address yet`);
  const strangers = all.filter((address) => !contains(ours, address));
  if (strangers.length === 0) return ok(`${host} leads here (${all.join(", ")})`);
  if (strangers.length === all.length) {
    return note(
      `${host} leads to ${all.join(", ")} and not here, so it gets no certificate here yet`,
      `when it shall move here, set its A record to ${set} and remove the others, AAAA records too`,
    );
  }
  const kind = strangers.every((address) => address.includes(":")) ? "AAAA" : "A";
  return problem(
    `${host} leads here, and to ${strangers.join(", ")}: an authority that asks there refuses the certificate`,
    `remove the ${kind} record of ${strangers.join(" and ")}`,
  );
}

/** Whether the authority may issue for the host, by its CAA records (RFC 8659, RFC 8657). */
function permission(host: string, { caa }: DnsRecords, { issuer, certificates }: Https): Finding[] {
  if (!caa || host in certificates) return [];
  const allowed = caa.records.flatMap(({ issue }) => (issue === undefined ? [] : [parse(issue)]));
  const unknown = caa.records.find((record) => record.critical !== 0 && !isKnown(record));
  const where = caa.of === host ? host : `${host} (by ${caa.of})`;
  if (unknown) {
    return [
      problem(
        `the CAA records of ${where} have a critical one that authorities do not know, so none of them issues`,
        "remove that record, or the flag 128 from it",
      ),
    ];
  }
  // Without `issue`, they say nothing about certificates that have no star.
  if (allowed.length === 0) return [];
  const { caaDomain } = issuer;
  const names = allowed.map(({ domain }) => domain || "nobody").join(", ");
  if (caaDomain === undefined) {
    return [note(`the CAA records of ${where} let ${names} alone issue: see that this is ${issuer.name}`)];
  }
  const mine = allowed.filter(({ domain }) => domain === caaDomain);
  if (mine.length === 0) {
    return [
      problem(
        `the CAA records of ${where} let ${names} alone issue certificates, and ${issuer.name} is refused`,
        `add a record: ${caa.of} CAA 0 issue "${caaDomain}"`,
      ),
    ];
  }
  if (!mine.some(({ methods }) => methods === undefined || methods.includes("http-01"))) {
    return [
      problem(
        `the CAA record of ${where} lets ${caaDomain} issue by ${mine.flatMap(({ methods }) => methods ?? []).join(", ")} alone, and load balancers answer http-01`,
        `add a record: ${caa.of} CAA 0 issue "${caaDomain}; validationmethods=http-01"`,
      ),
    ];
  }
  return mine.every(({ account }) => account)
    ? [note(`the CAA record of ${where} names one account at ${caaDomain}: see that it is this stack's`)]
    : [ok(`CAA lets ${caaDomain} issue for ${host}`)];
}

/** `letsencrypt.org; validationmethods=http-01,dns-01` */
function parse(issue: string): { domain: string; methods?: string[]; account: boolean } {
  const [domain = "", ...parameters] = issue.split(";").map((part) => part.trim());
  const value = (name: string) =>
    parameters.find((one) => one.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
  const methods = value("validationmethods")?.split(",");
  const account = value("accounturi") !== undefined;
  return { domain: domain.toLowerCase(), ...(methods && { methods }), account };
}

const known = ["issue", "issuewild", "iodef", "contactemail", "contactphone"] as const satisfies (keyof CaaRecord)[];

function isKnown(record: CaaRecord): boolean {
  return known.some((tag) => tag in record);
}
