import { alertRules } from "../../alerts";
import type { AlertRule } from "../../alerts/rule";
import { ruleFile } from "../../alerts/ruleFile";
import { has, judge } from "../roles/debian";
import { testWhere } from "../support/needs";
import { promtool } from "./promtool";

/** Milliseconds on a busy computer: promtool tries more than a hundred files. */
const limit = 600_000;
const withPromtool = testWhere(has("promtool"));

withPromtool("Prometheus accepts the rules", () => {
  expect(judge("promtool check rules --lint-fatal %s", JSON.stringify(ruleFile(alertRules)))).toMatchObject({
    code: 0,
  });
});

withPromtool(
  "every rule fires just beyond each threshold, after its time, and not before",
  () => {
    const trials = alertRules.map((rule) => ({ name: rule.name, rule, examplesOf: rule }));
    const { agreed, output } = promtool(trials);
    expect({ disagree: trials.filter(({ name }) => !agreed.includes(name)).map(({ name }) => name), output }).toEqual({
      disagree: [],
      output,
    });
  },
  limit,
);

/** The same rule with one number changed by a tenth, or with twice or half its patience. */
function mutants(rule: AlertRule): { readonly mutant: string; readonly rule: AlertRule }[] {
  const changed = Object.entries(rule.thresholds).flatMap(([name, value]) =>
    [value * 1.1, value * 0.9].map((other) => ({
      mutant: `${rule.name}: ${name} ${other}`,
      rule: { ...rule, thresholds: { ...rule.thresholds, [name]: other } },
    })),
  );
  const patience =
    rule.for > 0
      ? [rule.for * 2, 0].map((other) => ({ mutant: `${rule.name}: for ${other}`, rule: { ...rule, for: other } }))
      : [];
  return [...changed, ...patience];
}

withPromtool(
  "each changed number turns a test red",
  () => {
    const all = alertRules.flatMap((rule) =>
      mutants(rule).map(({ mutant, rule: changed }) => ({ name: mutant, rule: changed, examplesOf: rule })),
    );
    expect(all.length).toBeGreaterThan(2 * alertRules.length);
    expect(promtool(all).agreed).toEqual([]);
  },
  limit,
);

test("every rule says what it means, what to do first and what it is not, in whole sentences", () => {
  for (const { meaning, isNot, firstCommand, summary } of alertRules) {
    expect(meaning).toMatch(/^[A-Z].*\.$/);
    expect(isNot).toMatch(/^[A-Z].*\.$/);
    expect(firstCommand).toMatch(/^npx holdfast /);
    expect(summary).not.toMatch(/\.$/);
  }
});

test("names are unique", () => {
  expect(new Set(alertRules.map(({ name }) => name)).size).toBe(alertRules.length);
});
