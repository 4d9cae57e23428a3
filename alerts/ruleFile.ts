import type { AlertRule } from "./rule";

/** Prometheus' file of rules. It is YAML, of which JSON is a part. */
export function ruleFile(rules: readonly AlertRule[]): object {
  return { groups: [{ name: "holdfast", rules: rules.map(rule) }] };
}

function rule({ name, severity, thresholds, expression, summary, lingers, ...rest }: AlertRule): object {
  return {
    alert: name,
    expr: expression(thresholds),
    ...(rest.for > 0 && { for: `${rest.for}s` }),
    ...(lingers !== undefined && { keep_firing_for: `${lingers}s` }),
    labels: { severity },
    annotations: { summary, first: rest.firstCommand },
  };
}
