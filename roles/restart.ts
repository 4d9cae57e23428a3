/** How systemd starts a service again, whatever ended it. Times in seconds. */
export interface Restart {
  /** Between the end and the new start. */
  readonly delay: number;
  /** After so many starts within so many seconds systemd gives up. @default never */
  readonly limit?: { readonly starts: number; readonly within: number };
}

/** systemd.unit(5): the limit of a unit that says nothing about one. */
export const systemdLimit = { starts: 5, within: 10 } as const;

/** Lines for the section [Unit]. */
export function startLimit({ limit }: Restart): string[] {
  if (!limit) return ["StartLimitIntervalSec=0"];
  if (limit === systemdLimit) return [];
  return [`StartLimitIntervalSec=${limit.within}`, `StartLimitBurst=${limit.starts}`];
}

/** Lines for the section [Service]. */
export function alwaysRestart({ delay }: Restart): string[] {
  return ["Restart=always", `RestartSec=${delay * 1000}ms`];
}
