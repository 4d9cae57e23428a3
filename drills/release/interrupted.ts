import { longestGap, noRequestFails } from "../frame/claims";
import type { Drill } from "../frame/drill";
import { losePower, restore } from "../frame/faults";
import { activeBalancer, needsPair, needsTwoAppMachines, requireSuccess } from "../frame/stack";
import { pause } from "../frame/wait";
import { floor, nextRelease, others, releaseDrill, rollBackWell, rollOut, rollOutWell, versions } from "./stack";

export const rollBack: Drill = {
  name: "release-roll-back",
  title: "Roll-out of a release, and `npx holdfast rollback` to the one before",
  hypothesis:
    "The command finds the release before and rolls it out in the same way; the older release is on the machines already.",
  claims: [
    noRequestFails,
    { metric: "others", text: "instances without the older release afterwards", unit: "instances", worst: 0 },
    { metric: "ratio", text: "duration of the rollback, compared with the roll-out", unit: "ratio", median: 1.05 },
  ],
  ...releaseDrill,
  load: { ...releaseDrill.load, duration: 500 },
  abortAfter: 600,
  async fault(stack) {
    const [older, newer] = [nextRelease(stack), nextRelease(stack)];
    await rollOutWell(stack, older);
    const there = await rollOutWell(stack, newer);
    const back = await rollBackWell(stack, newer, older);
    return { ratio: back / there, others: await others(stack, older.version) };
  },
};

export const killedRunner: Drill = {
  name: "release-runner-killed",
  title: "A roll-out's `pulumi up` is killed at a random moment (SIGKILL to all of its programs), and run again",
  hypothesis:
    "The machine finishes its step or takes it back; the next run waits for the lease of the first one and continues.",
  claims: [
    noRequestFails,
    { metric: "versions", text: "different releases at the end", unit: "releases", worst: 1 },
    { metric: "others", text: "instances without the new release", unit: "instances", worst: 0 },
    { metric: "again", text: "duration of the second run", unit: "s" },
  ],
  ...releaseDrill,
  load: { ...releaseDrill.load, duration: 600 },
  runs: 10,
  abortAfter: 700,
  async fault(stack) {
    const next = nextRelease(stack);
    // From the first second to after its end: a roll-out takes somewhat longer than its floor.
    const cut = await rollOut(stack, next, { killAfter: 1 + Math.random() * 1.1 * (await floor(stack)) });
    if (!cut.killed) requireSuccess(cut, "the roll-out failed before it was killed");
    const again = requireSuccess(await rollOut(stack, next, { refresh: true }), "the second run failed");
    return {
      versions: new Set(await versions(stack)).size,
      others: await others(stack, next.version),
      again: again.duration,
    };
  },
};

export const rollOutFailover: Drill = {
  name: "release-during-failover",
  title: "The active load balancer loses power in the middle of a roll-out",
  hypothesis:
    "The other one takes the address; `pulumi up` reaches the machines through it and does not wait for the dead one.",
  claims: [
    { metric: "failedOutsideGap", text: "GETs and POSTs that failed outside of the gap", unit: "requests", worst: 0 },
    longestGap({ median: 0.7, worst: 1 }),
    { metric: "others", text: "instances without the new release", unit: "instances", worst: 0 },
  ],
  ...releaseDrill,
  cannot: async (stack) => (await needsPair(stack)) ?? (await needsTwoAppMachines(stack)),
  load: { ...releaseDrill.load, timeout: 2 },
  async fault(stack) {
    const next = nextRelease(stack);
    const rolling = rollOutWell(stack, next);
    rolling.catch(() => undefined);
    await pause((await floor(stack)) / 2);
    await losePower(stack, await activeBalancer(stack));
    await rolling;
    return { others: await others(stack, next.version) };
  },
  cleanUp: restore,
};
