import type { Cloud } from "./cloud";

/**
 * Runs a task again and again. The next run begins when the last one is over, so runs never overlap.
 *
 * @param interval milliseconds between two runs
 * @param what for the log, e.g. `watching the machines`
 * @param task gets a function that says whether it was ended meanwhile, to stop half-way
 * @returns a function that ends it
 */
export function repeatEvery(
  cloud: Cloud,
  interval: number,
  what: string,
  task: (ended: () => boolean) => Promise<void>,
): () => void {
  let cancel: () => void = () => undefined;
  let ended = false;
  const next = () => {
    if (!ended) cancel = cloud.clock.after(interval, begin);
  };
  const begin = () => {
    cloud.provisioner.background(what, task(() => ended).finally(next));
  };
  next();
  return () => {
    ended = true;
    cancel();
  };
}
