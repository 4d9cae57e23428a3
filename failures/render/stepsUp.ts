import { formatChange } from "../prices/money";
import { cheapestUseful, type StepUp } from "../stepsUp";

/** e.g. `holdfast:app.machines: 2 → 3` */
export function stepTitle({ setting, from, to }: StepUp): string {
  return `${setting}: ${from} → ${to}`;
}

/** e.g. `+ 3.49 €/month` */
export function stepPrice({ cents }: StepUp): string {
  return `${formatChange(cents)}/month`;
}

/** What it changes, one sentence each; what stays as it is or what refuses it where it changes nothing. */
export function stepTexts({ changes, refused }: StepUp): readonly string[] {
  if (refused !== undefined) return [refused];
  // The price stands beside the title.
  const texts = changes.filter(({ kind }) => kind !== "price").map(({ text }) => text);
  return texts.length > 0 ? texts : ["changes nothing in this report"];
}

/** The answer to "what next?" in one sentence. */
export function nextText(stepsUp: readonly StepUp[]): string {
  const next = cheapestUseful(stepsUp);
  return next
    ? `The cheapest next step that makes a failure milder is ${stepTitle(next)}, ${stepPrice(next)}.`
    : "No number that can be raised today makes a failure milder.";
}
