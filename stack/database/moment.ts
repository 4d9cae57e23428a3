import { UserError } from "../../lib/errors";

/**
 * Reads a moment as people write it: with a zone (`2026-11-24T10:30:00Z`, `… +01:00`), or without one, which is then this
 * computer's (`2026-11-24 10:30`, `10:30:15` for today).
 *
 * @returns undefined for `latest`
 * @throws when it is none of these, or in the future
 */
export function parseMoment(text: string, now = new Date()): Date | undefined {
  if (text === "latest") return undefined;
  const found =
    /^(?:(\d{4}-\d{2}-\d{2})[T ])?(\d{1,2}:\d{2})(?::(\d{2})(\.\d{1,6})?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/i.exec(
      text.trim(),
    );
  const refuse = (why: string) =>
    new UserError(
      `--to ${text}: ${why}; write latest, "2026-11-24 10:30:15" (this computer's time), or 2026-11-24T10:30:15Z (UTC)`,
    );
  if (!found) throw refuse("this is no moment");
  const [, day = localDay(now), minute = "", second = "00", fraction = "", zone = ""] = found;
  if (zone && !found[1]) throw refuse("a time with a zone needs its day");
  const clock = minute.padStart(5, "0");
  const moment = new Date(`${day}T${clock}:${second}${fraction}${isoZone(zone)}`);
  if (Number.isNaN(moment.getTime())) throw refuse("there is no such moment");
  if (moment > now) throw refuse("this is in the future");
  return moment;
}

function isoZone(zone: string): string {
  if (/^(Z|UTC)$/i.test(zone)) return "Z";
  return zone.replace(/^([+-]\d{2}):?(\d{2})$/, "$1:$2");
}

function localDay(now: Date): string {
  const [year, month, day] = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
  return `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/** In UTC, as logs have it, and in this computer's time, as people have it: `2026-11-24 09:30:15 UTC (10:30:15 CET)`. */
export function showMoment(moment: Date, timeZone?: string): string {
  const utc = `${moment.toISOString().slice(0, 19).replace("T", " ")} UTC`;
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  }).formatToParts(moment);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  if (part("timeZoneName") === "UTC") return utc;
  const day = `${part("year")}-${part("month")}-${part("day")}`;
  const clock = `${part("hour")}:${part("minute")}:${part("second")} ${part("timeZoneName")}`;
  return `${utc} (${utc.startsWith(day) ? clock : `${day} ${clock}`})`;
}
