import type { Drill } from "../../../drills/frame/drill";
import { runDrill } from "../../../drills/frame/runner";
import { fakeStack, quiet } from "./fakeStack";

const steady = () => Promise.resolve();
const say = () => undefined;
const drill: Drill = {
  name: "some-fault",
  title: "Something is broken",
  hypothesis: "Nobody notices.",
  claims: [
    { metric: "failed", text: "requests that failed", unit: "requests", worst: 0 },
    { metric: "repairedAfter", text: "repaired", unit: "s", median: 2, worst: 3 },
  ],
  load: { rate: 50, duration: 1 },
  runs: 2,
  abortAfter: 5,
  fault: () => Promise.resolve({ repairedAfter: 1 }),
};

test("all runs done and all claims met: proven", async () => {
  const result = await runDrill(drill, fakeStack(), { say, steady });
  expect(result).toMatchObject({ status: "proven", n: 2, environment: "local cloud" });
  expect(result.claims[1]).toMatchObject({ met: true, measured: { median: 1, worst: 1, n: 2 } });
}, 15_000);

test("one claim not met: refuted", async () => {
  const result = await runDrill(drill, fakeStack({ failed: 3 }), { say, steady, runs: 1 });
  expect(result).toMatchObject({ status: "refuted", claims: [{ met: false }, { met: true }] });
});

test("a drill that cannot be run here is not proven, and breaks nothing", async () => {
  const fault = jest.fn(drill.fault);
  const cannot = () => Promise.resolve("there is one load balancer");
  const result = await runDrill({ ...drill, cannot, fault }, fakeStack(), { say, steady });
  expect(result).toMatchObject({ status: "not proven", reason: "there is one load balancer", n: 0 });
  expect(result.claims.every(({ met }) => !met)).toBe(true);
  expect(fault).not.toHaveBeenCalled();
});

test("a stack that is not steady beforehand is not broken any further", async () => {
  const fault = jest.fn(drill.fault);
  const shaken = () => Promise.reject(new Error("not running: app-1"));
  const result = await runDrill({ ...drill, fault }, fakeStack(), { say, steady: shaken });
  expect(result).toMatchObject({ status: "not proven", reason: "not running: app-1" });
  expect(fault).not.toHaveBeenCalled();
});

test("a stack that does not get steady again ends the drill, with the runs that there were", async () => {
  let calls = 0;
  const once = () => (calls++ === 0 ? Promise.resolve() : Promise.reject(new Error("2 masters")));
  const result = await runDrill(drill, fakeStack(), { say, steady: once });
  expect(result).toMatchObject({ status: "aborted", reason: "2 masters", n: 1 });
});

test("the abort rule ends a run that takes too long, and cleans up", async () => {
  const cleanUp = jest.fn(() => Promise.resolve());
  const endless = { ...drill, abortAfter: 0.3, cleanUp, fault: () => new Promise<undefined>(() => undefined) };
  const result = await runDrill(endless, fakeStack(), { say, steady });
  expect(result).toMatchObject({ status: "aborted", reason: "given up after 0.3 s, as its abort rule says" });
  expect(cleanUp).toHaveBeenCalledTimes(1);
});

test("a fault that cannot be brought about is no proof", async () => {
  const broken = { ...drill, fault: () => Promise.reject(new Error("there is no instance to kill")) };
  const result = await runDrill(broken, fakeStack(), { say, steady });
  expect(result).toMatchObject({ status: "aborted", reason: "there is no instance to kill", n: 0 });
});

test("each run begins with what the drill prepares, before anybody asks whether the stack is steady", async () => {
  const order: string[] = [];
  const note = (word: string) => () => Promise.resolve(void order.push(word));
  const prepared = {
    ...drill,
    prepare: note("prepare"),
    fault: async () => (await note("fault")(), { repairedAfter: 1 }),
  };
  await runDrill(prepared, fakeStack(), { say, steady: note("steady") });
  expect(order).toEqual(["prepare", "steady", "fault", "steady", "prepare", "fault", "steady"]);
}, 15_000);

describe("a load that lasts until the fault is over", () => {
  const lasting: Drill = { ...drill, loadUntilOver: true, runs: 1, load: { rate: 50, duration: 60 } };

  test("ends when that is so", async () => {
    let ended = false;
    const stack = fakeStack();
    const visit: typeof stack.visit = (_, signal) =>
      new Promise((resolve) =>
        signal?.addEventListener("abort", () => {
          ended = true;
          resolve({ ...quiet, interrupted: true });
        }),
      );
    const result = await runDrill(lasting, { ...stack, visit }, { say, steady });
    expect(ended).toBe(true);
    expect(result.status).toBe("proven");
  }, 15_000);

  test("and that was too short proves nothing", async () => {
    const result = await runDrill(lasting, fakeStack({ interrupted: false }), { say, steady });
    expect(result).toMatchObject({ status: "aborted", reason: "the fault was not over within the 60 s of its load" });
  }, 15_000);
});
