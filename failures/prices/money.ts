/** e.g. `1 234.56 €`, `-4.49 €`; cents are whole numbers, so nothing is lost on the way. */
export function formatMoney(cents: number, currency = "EUR"): string {
  const digits = String(Math.abs(cents)).padStart(3, "0");
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
  return `${cents < 0 ? "-" : ""}${whole}.${digits.slice(-2)} ${currency === "EUR" ? "€" : currency}`;
}

/** With its sign, for differences: `+ 4.49 €`, `- 0.50 €`, `± 0.00 €`. */
export function formatChange(cents: number, currency = "EUR"): string {
  const sign = cents > 0 ? "+" : cents < 0 ? "-" : "±";
  return `${sign} ${formatMoney(Math.abs(cents), currency)}`;
}
