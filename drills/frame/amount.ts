/** Everything else is counted, and the claim's text says what. */
const units = new Set(["s", "requests/s", "rows/s", "µs", "MiB", "GiB"]);

/** A measured value, for people: two digits after the point, and its unit where it has one. */
export function amount(value: number, unit: string): string {
  const rounded = Number(value.toFixed(2));
  if (unit === "ratio") return `× ${rounded}`;
  return units.has(unit) ? `${rounded} ${unit}` : String(rounded);
}
