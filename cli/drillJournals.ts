import { existsSync } from "node:fs";
import { readJournals, resultsFolder, type Journal } from "../drills/frame/journal";

/** What drills measured so far; none where none has run yet. */
export function drillJournals(): readonly Journal[] {
  return existsSync(resultsFolder) ? readJournals() : [];
}
