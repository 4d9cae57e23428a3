import type { Drill } from "../frame/drill";

/**
 * Visitors who read while others write; the load ends with the drill.
 *
 * @param duration seconds that it may take at most
 */
export function readers(duration: number): Drill["load"] {
  return { rate: 20, duration, timeout: 10 };
}
