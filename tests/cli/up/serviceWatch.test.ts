import { ServiceWatch, type WatchActions } from "../../../cli/up/serviceWatch";
import type { Answer } from "../../../stack/status/machines";
import { app, statusWith } from "../../stack/status/fixture";

/** A watch over a stack of which app-1 answers like this, look by look; the last answer stays. Seconds pass at once. */
function watchOf(answers: readonly Answer[], more: Partial<WatchActions> = {}) {
  const said: string[] = [];
  let looks = 0;
  let now = 0;
  const watch = new ServiceWatch({
    read: () => Promise.resolve(statusWith({ "app-1": answers[Math.min(looks++, answers.length - 1)] as Answer })),
    say: (line) => said.push(line),
    now: () => now,
    pause: (seconds) => Promise.resolve((now += seconds * 1000)),
    ...more,
  });
  return { watch, said, looks: () => looks };
}

const dead: Answer = { unreachable: "10.0.1.41 does not answer" };
const booting: Answer = { probe: app({ instances: null }) };
const well: Answer = { probe: app() };

test("waits until the machine serves, and says each reason once", async () => {
  const { watch, said, looks } = watchOf([dead, dead, booting, dead, well]);
  await watch.untilItServes("app-1");
  expect(looks()).toBe(5);
  expect(said).toEqual([
    "  waits: app-1: 10.0.1.41 does not answer",
    "  waits: app-1: its instances are not there",
    "  waits: app-1: 10.0.1.41 does not answer",
  ]);
});

test("gives up at the deadline, with the machine and what was waited for", async () => {
  const { watch, looks } = watchOf([dead], { deadline: 30 });
  await expect(watch.untilItServes("app-1")).rejects.toThrow(
    "app-1 does not serve 30 s after its change: app-1: 10.0.1.41 does not answer. The other machines were not touched.",
  );
  expect(looks()).toBe(31);
});

test("a machine whose work nobody else does is not switched off", async () => {
  const { watch } = watchOf([dead], { deadline: 30 });
  await expect(watch.untilOthersServe("app-2")).rejects.toThrow(
    /^app-2 was not switched off, because no other machine can do its work: app-1: 10.0.1.41 does not answer/,
  );
});

test("gives the last look, in which the active load balancer is to be found", async () => {
  const { watch } = watchOf([well]);
  const { machines } = await watch.untilOthersServe("load-balancer-1");
  expect(machines.filter(({ probe }) => probe?.keeper?.master).map(({ name }) => name)).toEqual(["load-balancer-1"]);
});
