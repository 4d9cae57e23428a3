import { access } from "node:fs/promises";
import { join } from "node:path";
import { freshSystemd } from "./fakeSystemd";
import { outcome, freshRoot, until } from "./onMachine";

jest.setTimeout(60_000);

const root = freshRoot();
const systemd = freshSystemd(root);

const under = (generation: number, owner: string) => ({ lease: { generation, owner, reason: "pulumi up" } });

test("a machine that has worked under a newer lease refuses an older one, and says whose the newer one is", async () => {
  expect(await root.submit(systemd.rollOut("one", 1, {}, under(5, "anna")))).toMatchObject({ result: "applied" });
  const end = await root.submit(systemd.rollOut("two", 1, {}, under(4, "bert")));
  expect(end).toMatchObject({ result: "failed" });
  expect(end.error).toContain("Somebody else has the stack's lease now: anna");
  expect(await root.read("/etc/version")).toBe("one");
  expect(await root.submit(systemd.rollOut("two", 1, {}, under(5, "anna")))).toMatchObject({ result: "applied" });
});

test("a newer lease counts from its first question on, even when it has nothing to change", async () => {
  await root.submit(systemd.rollOut("one", 1, {}, under(5, "anna")));
  expect(await root.submit(systemd.rollOut("one", 1, {}, under(6, "bert")))).toMatchObject({ result: "unchanged" });
  expect(await root.submit(systemd.rollOut("two", 1, {}, under(5, "anna")))).toMatchObject({ result: "failed" });
});

test("who loses the lease in the middle of a roll-out goes back, and then the newer one does its work", async () => {
  await root.submit(systemd.rollOut("one", 2, {}, under(5, "anna")));
  systemd.log();
  const reached = join(systemd.folder, "reached");
  const slow = { beforeStop: `echo 'out 2' >>"$FAKE_SYSTEMD/log"; touch '${reached}'; sleep 20` };
  const older = outcome(
    root.start(["submit"], JSON.stringify(systemd.rollOut("two", 2, { 2: slow }, under(5, "anna")))),
  );
  await until(() => access(reached));
  expect(await root.submit(systemd.rollOut("three", 2, {}, under(6, "bert")))).toMatchObject({ result: "applied" });
  const end = (await older).events.at(-1);
  expect(end).toMatchObject({ result: "aborted" });
  expect(end?.error).toContain("Somebody else has the stack's lease now: bert");
  expect(end?.error).toContain("The old configuration is back");
  expect(systemd.serving()).toEqual({ 1: "three", 2: "three" });
  expect(systemd.log()).toEqual([
    ...["out 1", "stop app@1.service", "start app@1.service two", "in 1", "out 2"],
    // The way back: the second was not stopped yet.
    ...["in 2", "out 1", "stop app@1.service", "start app@1.service one", "in 1"],
    ...["out 1", "stop app@1.service", "start app@1.service three", "in 1"],
    ...["out 2", "stop app@2.service", "start app@2.service three", "in 2"],
  ]);
});

test("who knowingly goes without a lease is not refused, and refuses nobody", async () => {
  await root.submit(systemd.rollOut("one", 1, {}, under(5, "anna")));
  expect(await root.submit(systemd.rollOut("two", 1, {}, under(0, "anna")))).toMatchObject({ result: "applied" });
  expect(await root.submit(systemd.rollOut("three", 1, {}, under(5, "anna")))).toMatchObject({ result: "applied" });
});

test("what needs no lease is not fenced", async () => {
  await root.submit(systemd.rollOut("one", 1, {}, under(5, "anna")));
  expect(await root.submit(systemd.rollOut("two", 1))).toMatchObject({ result: "applied" });
});
