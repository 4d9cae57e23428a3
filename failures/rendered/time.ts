/** Seconds in one of each unit that HAProxy and systemd write. */
const units: Readonly<Record<string, number>> = { us: 1e-6, ms: 1e-3, s: 1, m: 60, min: 60, h: 3600, d: 86_400 };

/**
 * Seconds of a time as HAProxy or systemd write it, e.g. `500ms`, `1h`, `60`.
 *
 * @param plain the unit of a number without one: HAProxy means milliseconds, systemd seconds
 * @throws when it is not such a time
 */
export function readTime(text: string, plain: "ms" | "s"): number {
  const [, number, unit = plain] = /^(\d+(?:\.\d+)?)(us|ms|s|m|min|h|d)?$/.exec(text) ?? [];
  if (number === undefined) throw new Error(`"${text}" is not a time such as 500ms`);
  return roundTime(Number(number) * (units[unit] ?? 1));
}

/** To milliseconds, so that sums of fractions print as people expect. */
export function roundTime(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
