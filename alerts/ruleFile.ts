import type { AlertRule } from "./rule";

/** Seconds for which some alerts stay open after their reason went, so that they do not come and go. */
const lingers: Readonly<Record<string, number>> = { SiteDown: 60, FloatingIpLost: 60, DatabaseDown: 60 };

/** Prometheus' file of rules. It is YAML, of which JSON is a part. */
export function ruleFile(rules: readonly AlertRule[]): object {
  return { groups: [{ name: "holdfast", rules: rules.map(rule) }] };
}

function rule({ name, severity, thresholds, expression, summary, ...rest }: AlertRule): object {
  const linger = lingers[name];
  return {
    alert: name,
    expr: expression(thresholds),
    ...(rest.for > 0 && { for: `${rest.for}s` }),
    ...(linger !== undefined && { keep_firing_for: `${linger}s` }),
    labels: { severity },
    annotations: { summary, first: rest.firstCommand },
  };
}
