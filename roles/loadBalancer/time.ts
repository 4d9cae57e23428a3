/** Seconds as HAProxy reads them; milliseconds, so that half seconds need no second notation. */
export function milliseconds(seconds: number): string {
  return `${Math.round(seconds * 1000)}ms`;
}
