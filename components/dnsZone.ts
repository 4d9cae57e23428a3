import { type Problem, SettingsError } from "../blueprint/problems";
import type { Settings } from "../blueprint/settings";
import type { Target } from "../blueprint/target";
import { nameInZone } from "../blueprint/zones";

/** Seconds for an answer of the API. */
const limit = 15;

/** Sets of records in one answer; the most that there are. */
const perPage = 100;

/** As much of a set of records as is asked for. */
export interface RecordSet {
  readonly name: string;
  readonly type: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly records: readonly { readonly value: string }[];
}

/**
 * Refuses an update that would fail half-way, because the zone is not there or has records of hosts that somebody else
 * made.
 *
 * @throws SettingsError with what to do
 */
export async function requireFreeNames({ stack, https }: Settings, target: Target): Promise<void> {
  if (!https?.dns || target.token === undefined) return;
  const { zone } = https.dns;
  const mode = await modeOf(zone, { stack, target });
  if (mode !== "primary") throw new SettingsError(stack, [mode === undefined ? noZone(zone) : secondary(zone)]);
  const problems = taken(await setsOf(zone, { stack, target }), { stack, zone, hosts: https.hosts });
  if (problems.length > 0) throw new SettingsError(stack, problems);
}

/** Records of hosts that are not the stack's own: they have its label. */
export function taken(
  sets: readonly RecordSet[],
  { stack, zone, hosts }: { readonly stack: string; readonly zone: string; readonly hosts: readonly string[] },
): Problem[] {
  return hosts.flatMap((host) =>
    sets
      .filter(({ name, type }) => name === nameInZone(host, zone) && ["A", "AAAA", "CNAME"].includes(type))
      .filter(({ labels }) => labels.stack !== stack)
      .map(({ type, records }) => ({
        setting: "holdfast:https.dns",
        value: `${host} ${type} ${records.map(({ value }) => value).join(", ")}`,
        wrong: "is in the zone already, and is not this stack's",
        why: "it may be in use, so it is neither changed nor deleted",
        fix: "delete that record in Hetzner's console, and run `pulumi up` again at once; or remove holdfast:https.dns, and see to it yourself that the host leads to the stack",
      })),
  );
}

function noZone(zone: string): Problem {
  return {
    setting: "holdfast:https.dns.zone",
    value: zone,
    wrong: "is not a zone of the project that the token opens",
    why: "records are made in a zone, and a person makes that",
    fix: "write a token of the zone's project into holdfast:https.dns.token, or make the zone there and name Hetzner's name servers at the registrar",
  };
}

const refused: Problem = {
  setting: "holdfast:https.dns.token",
  wrong: "is not accepted by Hetzner",
  why: "it was revoked, or is of another kind",
  fix: "make a read-write token in the zone's project, and give it with `pulumi config set --secret --path holdfast:https.dns.token`",
};

function secondary(zone: string): Problem {
  return {
    setting: "holdfast:https.dns.zone",
    value: zone,
    wrong: "is a secondary zone at Hetzner",
    why: "its records are kept by other name servers",
    fix: "remove holdfast:https.dns, and set the records there",
  };
}

/** Who asks, and where. */
interface Asking {
  readonly stack: string;
  readonly target: Target;
}

async function modeOf(zone: string, asking: Asking): Promise<string | undefined> {
  const answer = (await ask(`/zones/${zone}`, asking)) as { zone: { mode: string } } | undefined;
  return answer?.zone.mode;
}

async function setsOf(zone: string, asking: Asking): Promise<RecordSet[]> {
  const all: RecordSet[] = [];
  for (let page: number | null = 1; page !== null;) {
    const answer = (await ask(`/zones/${zone}/rrsets?per_page=${perPage}&page=${page}`, asking)) as {
      rrsets: RecordSet[];
      meta: { pagination: { next_page: number | null } };
    };
    all.push(...answer.rrsets);
    page = answer.meta.pagination.next_page;
  }
  return all;
}

/** @returns nothing where there is no such thing */
async function ask(path: string, { stack, target: { endpoint, token } }: Asking): Promise<unknown> {
  const response = await fetch(`${endpoint}${path}`, {
    headers: { authorization: `Bearer ${token ?? ""}` },
    redirect: "error",
    signal: AbortSignal.timeout(limit * 1000),
  });
  if (response.status === 404) return undefined;
  if (response.status === 401) throw new SettingsError(stack, [refused]);
  if (response.ok) return response.json();
  throw new Error(`GET ${path} was answered with ${String(response.status)}: ${await response.text()}`);
}
