import type { Cloud } from "./cloud";

/**
 * Looks again and again at what changes by itself. The next look begins when the last one is over, so that they never
 * overtake one another.
 *
 * @param interval milliseconds between two looks
 * @param what for the log, e.g. `watching the machines`
 * @param look is told whether the watch has ended meanwhile, to stop half-way
 * @returns a function that ends the watch
 */
export function lookEvery(
  cloud: Cloud,
  interval: number,
  what: string,
  look: (ended: () => boolean) => Promise<void>,
): () => void {
  let cancel: () => void = () => undefined;
  let ended = false;
  const next = () => {
    if (!ended) cancel = cloud.clock.after(interval, begin);
  };
  const begin = () => {
    cloud.machines.background(what, look(() => ended).finally(next));
  };
  next();
  return () => {
    ended = true;
    cancel();
  };
}
