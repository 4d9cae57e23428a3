import { normalRange } from "../cidr";
import { invalidInput, type FieldProblem } from "../errors";
import type { FirewallRuleRow } from "../rows";

/** A rule as a request has it. */
export interface RuleBody {
  readonly direction: "in" | "out";
  readonly protocol: FirewallRuleRow["protocol"];
  readonly port?: string | null;
  readonly source_ips?: readonly string[];
  readonly destination_ips?: readonly string[];
  readonly description?: string | null;
}

/** Rules of one firewall at most. */
const ruleLimit = 50;
/** Ranges of one rule at most. */
const rangeLimit = 100;

/** Every problem of every rule at once. @throws invalid_input */
export function checkedRules(rules: readonly RuleBody[]): FirewallRuleRow[] {
  const problems = rules.flatMap((rule, index) =>
    problemsOf(rule).map(([field, message]): FieldProblem => ({
      name: `rules.${String(index)}.${field}`,
      messages: [message],
    })),
  );
  if (rules.length > ruleLimit)
    problems.push({ name: "rules", messages: [`there are more than ${String(ruleLimit)}`] });
  if (problems.length > 0) throw invalidInput(problems);
  return rules.map((rule) => ({
    direction: rule.direction,
    protocol: rule.protocol,
    port: rule.port ?? null,
    sourceIps: normalised(rule.source_ips),
    destinationIps: normalised(rule.destination_ips),
    description: rule.description ?? null,
  }));
}

function normalised(ranges: readonly string[] | undefined): string[] {
  return (ranges ?? []).map((range) => normalRange(range) ?? range);
}

function problemsOf(rule: RuleBody): [field: string, message: string][] {
  const problems: [string, string][] = [];
  const needsPort = rule.protocol === "tcp" || rule.protocol === "udp";
  const port = rule.port ?? "";
  if (needsPort && port === "") problems.push(["port", `is required for ${rule.protocol}`]);
  if (needsPort && port !== "" && !isPortRange(port))
    problems.push(["port", `"${port}" is neither a port nor a range of ports`]);
  if (!needsPort && port !== "") problems.push(["port", `is not allowed for ${rule.protocol}`]);

  const [used, unused] =
    rule.direction === "in"
      ? (["source_ips", "destination_ips"] as const)
      : (["destination_ips", "source_ips"] as const);
  const ranges = rule[used] ?? [];
  if (ranges.length === 0) problems.push([used, `is required for direction ${rule.direction}`]);
  if (ranges.length > rangeLimit) problems.push([used, `has more than ${String(rangeLimit)} ranges`]);
  if ((rule[unused] ?? []).length > 0) problems.push([unused, `is not allowed for direction ${rule.direction}`]);
  for (const range of ranges) {
    if (normalRange(range) === undefined)
      problems.push([used, `"${range}" is not a range in CIDR notation, or has bits set after its prefix`]);
  }
  return problems;
}

function isPortRange(text: string): boolean {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (match === null) return false;
  const first = Number(match[1]);
  const last = Number(match[2] ?? match[1]);
  return first >= 1 && first <= last && last <= 65535;
}
