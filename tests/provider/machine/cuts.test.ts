import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  crashing,
  forEachStep,
  freshRoot,
  outcome,
  request,
  Root,
  said,
  snapshot,
  type Snapshot,
  stage,
  until,
} from "./onMachine";

jest.setTimeout(120_000);

const root = freshRoot();

describe("cut at any moment", () => {
  const old = { "/etc/a": { content: "old a" }, "/etc/b": { content: "old b" }, "/etc/leaves": { content: "old" } };
  const next = { "/etc/a": { content: "new a" }, "/etc/b": { content: "new b" }, "/etc/x/comes": { content: "new" } };

  /** Old or new, all of it, and nothing else lying around. */
  async function expectOldOrNew(of: Root, before: Snapshot, after: Snapshot) {
    const now = await snapshot(of);
    expect([before, after]).toContainEqual(now);
  }

  async function oldAndNew(): Promise<[Snapshot, Snapshot]> {
    const other = await Root.make();
    try {
      await other.submit(request(old));
      const before = await snapshot(other);
      await other.submit(request(next));
      return [before, await snapshot(other)];
    } finally {
      await other.remove();
    }
  }

  test("before each single change to the file system", async () => {
    const [before, after] = await oldAndNew();
    await root.submit(request(old));

    /** Cuts an apply before this change, on a root of its own. Resolves to whether it came that far. */
    async function cutBefore(step: number): Promise<boolean> {
      const own = await root.copy();
      try {
        const asked = request(next);
        await stage(own, asked);
        const { code, errors } = await own.run(["run", asked.id], "", crashing(step));
        expect(errors).toBe("");
        if (code === 0) {
          expect(await snapshot(own)).toEqual(after);
          return false;
        }
        // The first recovery is cut as well, somewhere else each time; the second one has to cope.
        await own.run(["recover", "--boot"], "", crashing((step % 7) + 1));
        await own.run(["recover", asked.id]);
        await expectOldOrNew(own, before, after);
        return true;
      } finally {
        await own.remove();
      }
    }

    const cuts = await forEachStep(cutBefore);
    expect(cuts).toBeGreaterThan(25);
  }, 300_000);

  test("by kill -9 at 25 random moments", async () => {
    const [before, after] = await oldAndNew();
    const start = await Root.make();
    await start.submit(request(old));
    let undone = 0;
    for (let round = 0; round < 25; round += 1) {
      const root = await start.copy();
      const asked = request(next, { checks: [{ name: "takes a while", command: "sleep 0.05", timeout: 5 }] });
      await stage(root, asked);
      const child = root.start(["run", asked.id]);
      const ended = outcome(child);
      await pause(Math.random() * 350);
      child.kill("SIGKILL");
      await ended;
      await root.run(["recover"]);
      await expectOldOrNew(root, before, after);
      if ((await root.read("/etc/a")) === "old a") undone += 1;
      await root.remove();
    }
    await start.remove();
    expect(undone).toBeGreaterThan(0);
  });

  test("the next apply repairs what a cut one left, and then does its own work", async () => {
    await root.submit(request(old));
    const asked = request(next);
    await stage(root, asked);
    await root.run(["run", asked.id], "", crashing(25));
    expect(await root.submit(request({ ...old, "/etc/b": { content: "third" } }))).toMatchObject({ result: "applied" });
    expect(await root.read("/etc/a")).toBe("old a");
    expect(await root.read("/etc/b")).toBe("third");
  });

  test("the connection goes: the apply goes on by itself, and its end can be asked for later", async () => {
    const asked = request(next, { checks: [{ name: "takes a while", command: "sleep 0.5", timeout: 5 }] });
    const child = root.start(["submit"], JSON.stringify(asked));
    await until(() => stat(join(root.path, "etc/x/comes")));
    child.kill("SIGKILL");
    const { events } = await root.run(["follow", asked.id]);
    expect(events.at(-1)).toMatchObject({ event: "end", result: "applied" });
    expect(await root.read("/etc/a")).toBe("new a");
  });

  test("Ctrl-C puts the old files back at once", async () => {
    await root.submit(request(old));
    const before = await snapshot(root);
    const asked = request(next, { checks: [{ name: "never", command: "sleep 60; false", timeout: 60 }] });
    const following = outcome(root.start(["submit"], JSON.stringify(asked)));
    await until(() => stat(join(root.path, "etc/x/comes")));
    const started = Date.now();
    await root.run(["abort", asked.id]);
    const { events } = await following;
    expect(events.at(-1)).toMatchObject({ result: "aborted" });
    expect(Date.now() - started).toBeLessThan(5_000);
    expect(await snapshot(root)).toEqual(before);
  });

  test("two applies at the same time: the second waits, both happen", async () => {
    const go = join(root.path, "go");
    const check = { name: "until told", command: `until test -e '${go}'; do sleep 0.05; done`, timeout: 20 };
    const first = outcome(root.start(["submit"], JSON.stringify(request(next, { checks: [check] }))));
    await until(() => stat(join(root.path, "etc/x/comes")));
    const second = root.start(["submit"], JSON.stringify(request(old)));
    await said(second, "waiting for another apply");
    const ended = outcome(second);
    await writeFile(go, "");
    expect((await ended).events.at(-1)).toMatchObject({ result: "applied" });
    expect((await first).events.at(-1)).toMatchObject({ result: "applied" });
    expect(await root.read("/etc/a")).toBe("old a");
  });
});
