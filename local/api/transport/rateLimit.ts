import type { Clock } from "../service/clock";

/**
 * Hetzner's rate limit: a project may make so many requests an hour; what it has used comes back evenly over the hour
 * (one a second for 3600).
 */
export class RateLimit {
  private remaining: number;
  private filledAt: number;

  constructor(
    private readonly clock: Clock,
    private readonly perHour: number,
  ) {
    this.remaining = perHour;
    this.filledAt = clock.now();
  }

  /** Whether the request is allowed, with the headers that every answer carries. */
  take(): { readonly allowed: boolean; readonly headers: Readonly<Record<string, string>> } {
    this.refill();
    const allowed = this.remaining >= 1;
    if (allowed) this.remaining -= 1;
    const secondsToFull = ((this.perHour - this.remaining) * 3600) / this.perHour;
    return {
      allowed,
      headers: {
        "ratelimit-limit": String(this.perHour),
        "ratelimit-remaining": String(Math.floor(this.remaining)),
        "ratelimit-reset": String(Math.ceil(this.clock.now() / 1000 + secondsToFull)),
      },
    };
  }

  private refill(): void {
    const now = this.clock.now();
    this.remaining = Math.min(this.perHour, this.remaining + ((now - this.filledAt) * this.perHour) / 3_600_000);
    this.filledAt = now;
  }
}
