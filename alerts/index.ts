import type { AlertRule, Part } from "./rule";
import { appRules } from "./rules/app";
import { databaseRules } from "./rules/database";
import { machineRules } from "./rules/machines";
import { visitorRules } from "./rules/visitors";
import { watchingRules } from "./rules/watching";

/** All that a monitor may tell, in the order of docs/alerts.md. */
export const alertRules: readonly AlertRule[] = [
  ...visitorRules,
  ...machineRules,
  ...appRules,
  ...databaseRules,
  ...watchingRules,
];

/** The rules that make sense for a stack with these parts. */
export function rulesFor(parts: readonly Part[]): readonly AlertRule[] {
  return alertRules.filter(({ needs }) => needs === undefined || parts.includes(needs));
}
