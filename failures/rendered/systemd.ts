import { readTime } from "./time";

/** What a unit says about its own restart. Times in seconds. */
export interface RestartFacts {
  /** Whether systemd starts it again whatever it died of. */
  readonly always: boolean;
  /** systemd.service(5): 100 ms where nothing is said. */
  readonly delay: number;
  /** So many starts in so many seconds, and systemd gives up; absent when it never does. */
  readonly limit?: { readonly starts: number; readonly within: number };
}

/**
 * Reads a unit file, or a drop-in of one that a Debian package brings: what the drop-in does not say is then systemd's
 * default, because neither HAProxy's nor keepalived's unit sets these.
 */
export function readRestart(unit: string): RestartFacts {
  const value = (name: string) => unitValue(unit, name);
  const time = (name: string, otherwise: string) => readTime(value(name) ?? otherwise, "s");
  const within = time("StartLimitIntervalSec", "10s");
  return {
    always: value("Restart") === "always",
    delay: time("RestartSec", "100ms"),
    ...(within > 0 && { limit: { starts: Number(value("StartLimitBurst") ?? 5), within } }),
  };
}

/** The last value of a setting, which is the one that holds. */
export function unitValue(unit: string, name: string): string | undefined {
  const lines = unit.split("\n").filter((line) => line.startsWith(`${name}=`));
  return lines.at(-1)?.slice(name.length + 1);
}
