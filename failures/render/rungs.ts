import { formatChange } from "../prices/money";
import { cheapestUseful, type Rung } from "../rungs";

/** e.g. `holdfast:app.machines: 2 → 3` */
export function rungTitle({ setting, from, to }: Rung): string {
  return `${setting}: ${from} → ${to}`;
}

/** e.g. `+ 3.49 €/month` */
export function rungPrice({ cents }: Rung): string {
  return `${formatChange(cents)}/month`;
}

/** What it changes, one sentence each; what stays as it is or what refuses it where it changes nothing. */
export function rungTexts({ changes, refused }: Rung): readonly string[] {
  if (refused !== undefined) return [refused];
  // The price stands beside the title.
  const texts = changes.filter(({ kind }) => kind !== "price").map(({ text }) => text);
  return texts.length > 0 ? texts : ["changes nothing in this report"];
}

/** The answer to "what next?" in one sentence. */
export function nextText(rungs: readonly Rung[]): string {
  const next = cheapestUseful(rungs);
  return next
    ? `The cheapest next rung that makes a failure milder is ${rungTitle(next)}, ${rungPrice(next)}.`
    : "No number that can be raised today makes a failure milder.";
}
