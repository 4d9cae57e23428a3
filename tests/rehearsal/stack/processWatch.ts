import { readdirSync, readFileSync, statSync } from "node:fs";

/** Milliseconds between two looks. */
const EVERY = 15;
/** Looks until a process that is known is read again: it may have become another program. */
const AGAIN = 40;
/** Services are users below 1000, or in the range from which systemd takes users for as long as a service runs. */
const isService = (uid: number) => uid < 1000 || (uid >= 61184 && uid <= 65519);

/**
 * What all processes of this computer and of the machines on it were called with while something was done, and what is in
 * the environment of those that belong to a person or to nobody. A root of this computer sees them all.
 */
export class ProcessWatch {
  readonly arguments = new Set<string>();
  readonly environments = new Set<string>();
  private readonly seen = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;

  private constructor() {
    this.timer = setInterval(() => {
      this.look();
    }, EVERY);
  }

  static async during(work: () => Promise<void>): Promise<ProcessWatch> {
    const watch = new ProcessWatch();
    try {
      await work();
    } finally {
      clearInterval(watch.timer);
    }
    return watch;
  }

  private look(): void {
    const present = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
    for (const pid of present) {
      const looks = this.seen.get(pid) ?? 0;
      this.seen.set(pid, looks + 1);
      // New ones at each look, for they become what they are to be in their first moments.
      if (looks < 4 || looks % AGAIN === 0) this.read(pid);
    }
    const there = new Set(present);
    for (const pid of this.seen.keys()) if (!there.has(pid)) this.seen.delete(pid);
  }

  private read(pid: string): void {
    const text = (name: string) => readFileSync(`/proc/${pid}/${name}`, "utf8").replaceAll("\0", "\n");
    try {
      this.arguments.add(text("cmdline"));
      if (!isService(statSync(`/proc/${pid}`).uid)) this.environments.add(text("environ"));
    } catch {
      // It has ended.
    }
  }
}
