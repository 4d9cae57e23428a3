import type { Blueprint } from "../blueprint/blueprint";

/** Labels of what belongs to the whole environment; machines have more of their own. */
export function resourceLabels({ stack }: Blueprint): Record<string, string> {
  return { stack };
}
