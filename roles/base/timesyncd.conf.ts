import { heading, lines } from "../text";

/** Hetzner's time servers, as its documentation names them; Debian's pool where they do not answer. */
export function timesyncd(): string {
  return lines(
    heading(),
    "[Time]",
    "NTP=ntp1.hetzner.de ntp2.hetzner.com ntp3.hetzner.net",
    "FallbackNTP=0.debian.pool.ntp.org 1.debian.pool.ntp.org 2.debian.pool.ntp.org",
  );
}
