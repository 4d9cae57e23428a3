import { NoDriver } from "../../local/machines/noDriver";
import type { Driver, MachineSpec, MachineState } from "../../local/driver";

/** A driver that makes nothing and remembers what it was asked for; `fail` makes calls of one kind fail. */
export function recordingDriver(): Driver & {
  readonly calls: string[];
  readonly specs: Map<number, MachineSpec>;
  fail: keyof Driver | undefined;
  /** As when somebody types `poweroff` inside. */
  die: (id: number) => void;
} {
  const driver = new NoDriver();
  const calls: string[] = [];
  const specs = new Map<number, MachineSpec>();
  const dead = new Set<number>();
  const recorder = { calls, specs, fail: undefined as keyof Driver | undefined, die: (id: number) => dead.add(id) };
  return new Proxy(Object.assign(driver, recorder), {
    get: (target, name: keyof Driver) => {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== "function" || name in recorder) return value;
      return async (...args: unknown[]) => {
        if (target.fail === name) throw new Error(`${name} failed on purpose`);
        if (name === "inspect" && dead.has(args[0] as number)) return { exists: true, running: false } as MachineState;
        if (name === "ensureMachine") specs.set((args[0] as MachineSpec).id, args[0] as MachineSpec);
        if (name === "start") dead.delete(args[0] as number);
        const shown = args.map((arg) => (typeof arg === "object" && arg !== null ? (arg as { id: number }).id : arg));
        if (name !== "inspect") calls.push([name, ...shown].join(" "));
        return (value as (...args: unknown[]) => Promise<unknown>).apply(target, args);
      };
    },
  });
}
