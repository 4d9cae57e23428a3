/** e.g. `87 %` for 0.87. Rounded down, so that 100 % means all of it. */
export function percent(part: number): string {
  return `${Math.floor(part * 100)} %`;
}

/** A time span in its largest unit: `40 s`, `3 min`, `5 h`, `12 days`. */
export function ago(seconds: number): string {
  const [size, unit] = spans.find(([least]) => seconds >= 2 * least) ?? [1, "s"];
  return `${Math.max(0, Math.floor(seconds / size))} ${unit}`;
}

const spans: readonly (readonly [size: number, unit: string])[] = [
  [86_400, "days"],
  [3600, "h"],
  [60, "min"],
];

/** e.g. `3.4 of 40 GB`, as Hetzner counts disks. */
export function gigabytes({ size, free }: { readonly size: number; readonly free: number }): string {
  const round = (bytes: number) => String(Number((bytes / 1e9).toFixed(bytes < 1e10 ? 1 : 0)));
  return `${round(size - free)} of ${round(size)} GB`;
}
