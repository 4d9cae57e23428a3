import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { once } from "../../lib/once";

/** What an instance of a release does, good and bad (app/app.py). */
export interface Habits {
  /** Seconds from its start until it answers. */
  readonly start: number;
  /** Status of its health path. */
  readonly health: number;
  /** Seconds after which it ends by itself; null: it does not. */
  readonly crash: number | null;
  /** On SIGTERM: end at once, or tell those with open streams first. */
  readonly exit: "at once" | "tell";
}

/** Two seconds to start is what a program with its imports or its image takes; ending at once is the worst on SIGTERM. */
export const goodHabits: Habits = { start: 2, health: 200, crash: null, exit: "at once" };

/** The folder in which this process's releases are built; gone when the process ends. */
const releasesFolder = once(() => {
  const folder = mkdtempSync(join(tmpdir(), "holdfast-drill-releases-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
});

/** Where copies of this process's releases are kept, so that there is a way back to them. */
export function storeFolder(): string {
  return join(releasesFolder(), "store");
}

/** Builds a release of the drills' app; gives its folder. */
export function buildRelease(version: string, habits: Partial<Habits> = {}): string {
  const release = join(releasesFolder(), version);
  mkdirSync(release, { recursive: true });
  cpSync(join(__dirname, "app/app.py"), join(release, "app.py"));
  writeFileSync(join(release, "habits.json"), `${JSON.stringify({ ...goodHabits, ...habits })}\n`);
  const manifest = ["name: drill", `version: "${version}"`, "start: python3 app.py", "packages: [python3]"];
  writeFileSync(join(release, "holdfast.yaml"), `${manifest.join("\n")}\n`);
  return release;
}
