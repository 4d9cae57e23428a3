import type { Drill } from "../frame/drill";

/** Visitors who read while others write; the load ends with the drill. */
export const readers: Drill["load"] = { rate: 20, duration: 1500, timeout: 10 };
